# Header-only libraries: the system's own where there is one, else a pinned release, checked by its hash.

include(FetchContent)
if(POLICY CMP0135)
  cmake_policy(SET CMP0135 NEW)
endif()

# vitrine_headers(NAME HEADER header [SUFFIX folder] [WITHIN folder] URL url SHA256 hash)
#
# Makes the interface target vitrine_NAME, from which `#include <header>` works. SUFFIX is the folder below
# an include root in which packages put the headers; WITHIN is the include root inside the release archive.
#
# Emscripten must not see the host's include root (its C library is another one), so for it headers that
# live there are copied to a folder of their own.
function(vitrine_headers name)
  cmake_parse_arguments(ARG "" "HEADER;SUFFIX;WITHIN;URL;SHA256" "" ${ARGN})
  string(TOUPPER "VITRINE_${name}_INCLUDE" variable)

  find_path(${variable} ${ARG_HEADER}
    HINTS ${CMAKE_PREFIX_PATH} ENV VITRINE_INCLUDE
    PATHS /usr/include /usr/local/include /opt/homebrew/include /opt/local/include
    PATH_SUFFIXES ${ARG_SUFFIX} include/${ARG_SUFFIX}
    DOC "Folder from which <${ARG_HEADER}> is found"
    NO_CMAKE_FIND_ROOT_PATH)

  if(NOT ${variable})
    message(STATUS "${name}: not installed, fetching ${ARG_URL}")
    # No SOURCE_SUBDIR of this name exists, so the archive is unpacked and nothing in it is built.
    FetchContent_Declare(vitrine_${name}_release
      URL ${ARG_URL} URL_HASH SHA256=${ARG_SHA256} SOURCE_SUBDIR headers-only)
    FetchContent_MakeAvailable(vitrine_${name}_release)
    set(include ${vitrine_${name}_release_SOURCE_DIR}/${ARG_WITHIN})
  else()
    set(include ${${variable}})
    if(EMSCRIPTEN AND NOT ARG_SUFFIX)
      get_filename_component(folder ${ARG_HEADER} DIRECTORY)
      file(COPY ${include}/${folder} DESTINATION ${CMAKE_BINARY_DIR}/third_party/${name})
      set(include ${CMAKE_BINARY_DIR}/third_party/${name})
    endif()
  endif()

  add_library(vitrine_${name} INTERFACE)
  target_include_directories(vitrine_${name} SYSTEM INTERFACE ${include})
endfunction()
