// The flat C interface that WebAssembly exports. Handles are small positive integers; 0 is none.
//
// Every call that can fail returns a status: 0 done, -1 failed (vt_error tells why), and where it says so 1.
// A call that yields data leaves it in the one result slot, described by vt_result(); the bytes are valid until
// the next call of any vt_ function, so the caller copies them at once.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __EMSCRIPTEN__
#define VT_EXPORT(name) __attribute__((used, visibility("default"), export_name(#name)))
#else
#define VT_EXPORT(name)
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum { VT_ABI_VERSION = 4 };

typedef int32_t vt_handle;

// What the last successful call left: `data`, `bytes` long; `rank` dimensions of `shape`. Kinds: 0 none, 1 F32,
// 2 I32, 3 bytes, 4 UTF-8 JSON.
typedef struct {
  const void* data;
  uint32_t bytes;
  int32_t kind;
  int32_t rank;
  int32_t shape[4];
} vt_result_slot;

int32_t vt_abi_version(void) VT_EXPORT(vt_abi_version);
const vt_result_slot* vt_result(void) VT_EXPORT(vt_result);
// Leaves the message of the last failed call, UTF-8, as the result; returns its length.
int32_t vt_error(void) VT_EXPORT(vt_error);
// The same failure for those who put it into other words: JSON {code, details}, the details by name, text or whole numbers.
int32_t vt_error_details(void) VT_EXPORT(vt_error_details);
// Every code there is, with the names of its details: JSON [{code, details: [name]}].
int32_t vt_error_codes(void) VT_EXPORT(vt_error_codes);
void* vt_alloc(size_t bytes) VT_EXPORT(vt_alloc);  // null when there is no memory
void vt_free(void* p) VT_EXPORT(vt_free);

// --- loading -------------------------------------------------------------------------------------
// load_as: 0 as stored, 1 F32, 2 int8. config may be empty when the file carries its own; generation, the text of
// generation_config.json, where there is none.
vt_handle vt_loader_new(const char* config, size_t config_bytes, const char* generation,
                        size_t generation_bytes, int32_t load_as) VT_EXPORT(vt_loader_new);
int32_t vt_loader_begin_file(vt_handle loader, double file_size)
    VT_EXPORT(vt_loader_begin_file);  // < 0: unknown
// Result: bytes slot = where to write (data, at most `want` bytes). Write, then commit.
int32_t vt_loader_reserve(vt_handle loader, uint32_t want) VT_EXPORT(vt_loader_reserve);
int32_t vt_loader_commit(vt_handle loader, uint32_t count) VT_EXPORT(vt_loader_commit);
vt_handle vt_loader_finish(vt_handle loader) VT_EXPORT(vt_loader_finish);  // a model, or 0; frees the loader
void vt_loader_free(vt_handle loader) VT_EXPORT(vt_loader_free);

// --- model ---------------------------------------------------------------------------------------
int32_t vt_model_info(vt_handle model) VT_EXPORT(vt_model_info);  // JSON: the shape, parameters, dtype, bytes
int32_t vt_model_image(vt_handle model) VT_EXPORT(vt_model_image);  // bytes of the file to keep
// Weight values the pass uses, outputs [begin, end) of a Hugging Face tensor. F32.
int32_t vt_model_weight(vt_handle model, const char* name, size_t name_bytes, int32_t begin, int32_t end)
    VT_EXPORT(vt_model_weight);
// The `count` tokens whose embedding is closest to `vector`, which has `length` = C numbers. F32 [n,2]: id, cosine.
int32_t vt_model_nearest(vt_handle model, const float* vector, int32_t length, int32_t count)
    VT_EXPORT(vt_model_nearest);
void vt_model_free(vt_handle model) VT_EXPORT(vt_model_free);
int32_t vt_tensor_table(void) VT_EXPORT(vt_tensor_table);  // JSON

// --- tokenizer -----------------------------------------------------------------------------------
// The files of a model's folder, as many as there are; which of them make the tokenizer is decided here. `names`: each
// followed by a line feed; `contents`: their bytes, one after another. Without any of use the code is tokenizer_none.
vt_handle vt_tokenizer_new(const char* names, size_t name_bytes, const int32_t* sizes, int32_t count,
                           const char* contents, size_t content_bytes) VT_EXPORT(vt_tokenizer_new);
// reading: 1 special tokens are recognised, 2 the document mark goes first.
int32_t vt_tokenizer_encode(vt_handle tokenizer, const char* text, size_t bytes, int32_t reading)
    VT_EXPORT(vt_tokenizer_encode);  // I32 [T,3]: id, begin, end
// JSON {pieces: [[begin, end]], symbols: [[bytes]], ids: [[id]], steps: [{piece, position, rank, left, right}]}
int32_t vt_tokenizer_merges(vt_handle tokenizer, const char* text, size_t bytes, int32_t reading)
    VT_EXPORT(vt_tokenizer_merges);
int32_t vt_tokenizer_decode(vt_handle tokenizer, const int32_t* ids, int32_t count)
    VT_EXPORT(vt_tokenizer_decode);  // bytes
// All token byte strings: I32 [V+1] offsets, then with `part` 1 the bytes themselves.
int32_t vt_tokenizer_vocabulary(vt_handle tokenizer, int32_t part) VT_EXPORT(vt_tokenizer_vocabulary);
// I32 [3]: number of ids, the id that ends a text, the one that begins a document; -1 where there is none.
int32_t vt_tokenizer_info(vt_handle tokenizer) VT_EXPORT(vt_tokenizer_info);
// What the model's configuration says of the document mark, for a tokenizer whose own files name none.
int32_t vt_tokenizer_mark(vt_handle tokenizer, int32_t id) VT_EXPORT(vt_tokenizer_mark);
void vt_tokenizer_free(vt_handle tokenizer) VT_EXPORT(vt_tokenizer_free);

// --- session -------------------------------------------------------------------------------------
vt_handle vt_session_new(vt_handle model) VT_EXPORT(vt_session_new);
// interventions: JSON as documented in interventions_json.h, may be empty. Result: I32 [3] tokens, reused, and how many
// steps of vt_session_advance are left before the last one, which makes the logits.
int32_t vt_session_start(vt_handle session, const int32_t* ids, int32_t count, const char* interventions,
                         size_t bytes) VT_EXPORT(vt_session_start);
int32_t vt_session_advance(vt_handle session)
    VT_EXPORT(vt_session_advance);  // 1 more to do, 0 finished, -1 failed
// head -1: all; rows [row_begin, row_end), row_end -1: to the last. F32, shape as the tensor table says.
int32_t vt_session_tensor(vt_handle session, const char* name, size_t name_bytes, int32_t head,
                          int32_t row_begin, int32_t row_end) VT_EXPORT(vt_session_tensor);
int32_t vt_session_thumbnails(vt_handle session, int32_t size)
    VT_EXPORT(vt_session_thumbnails);  // F32 [L,H,s,s]
int32_t vt_session_unembed(vt_handle session, const float* vector, int32_t length, int32_t apply_ln_final)
    VT_EXPORT(vt_session_unembed);  // F32 [V]
// For positions [begin, end) the best guess and the token that really came next, by the plain softmax.
// F32 [n,7]: best id, logit, probability; actual id (-1 at the last position), logit, probability, rank.
int32_t vt_session_surprise(vt_handle session, int32_t begin, int32_t end) VT_EXPORT(vt_session_surprise);
void vt_session_free(vt_handle session) VT_EXPORT(vt_session_free);

// --- experiments ---------------------------------------------------------------------------------
// Of finished runs. position -1: the last. Ranks count from 1.
// The logit lens. all_points 0: block entries and the final stream. F32 [points, 3 + 2 top + 3 n]: entropy and KL(final ||
// point) in nats, the largest probability; `top` times id, probability; for each of `ids` logit, probability, rank. A row
// of NaN where the numbers left what F32 holds.
int32_t vt_session_lens(vt_handle session, int32_t position, int32_t all_points, int32_t top,
                        const int32_t* ids, int32_t n) VT_EXPORT(vt_session_lens);
// Direct logit attribution of `target` minus `rival` (-1 none, -2 the mean of all tokens). F32 [3 + L (H + 2) + 2]: embed,
// pos_embed, constant; per layer its heads, attention bias, MLP; the engine's difference, rounding (attribution.h).
int32_t vt_session_why(vt_handle session, int32_t position, int32_t target, int32_t rival)
    VT_EXPORT(vt_session_why);
// Of the last vt_session_why: what each head brought from each token, F32 [H,T]; each neuron's part and the bias, F32 [F+1].
int32_t vt_session_why_sources(vt_handle session, int32_t layer) VT_EXPORT(vt_session_why_sources);
int32_t vt_session_why_neurons(vt_handle session, int32_t layer) VT_EXPORT(vt_session_why_neurons);
// What heads look at in rows from first_row (at least 1) on; aside 1: with token 0 set aside. F32 [L,H,7]: previous, first,
// self, duplicate, induction, broad, rows with a repeat (head_scores.h).
int32_t vt_session_head_scores(vt_handle session, int32_t first_row, int32_t aside)
    VT_EXPORT(vt_session_head_scores);
// Attention rollout of a position after each layer; fuse 0 mean, 1 max, 2 value. F32 [L,T].
int32_t vt_session_rollout(vt_handle session, int32_t position, int32_t fuse) VT_EXPORT(vt_session_rollout);
// The stream at each block's entry and the end: length, cosine with the last and with the next, and how far it lies along
// the last vt_session_why's direction (0 without one). F32 [L+1,4].
int32_t vt_session_geometry(vt_handle session, int32_t position) VT_EXPORT(vt_session_geometry);
// The mean z of each head over the run's tokens, F32 [L,H,D]; and taking such means for heads that are to be replaced.
int32_t vt_session_means(vt_handle session) VT_EXPORT(vt_session_means);
int32_t vt_session_use_means(vt_handle session, const float* data, int32_t n) VT_EXPORT(vt_session_use_means);
// From now on runs of `session` take patches without values and the deviations of frozen norms from the finished run of
// `other`; 0: from none.
int32_t vt_session_pair(vt_handle session, vt_handle other) VT_EXPORT(vt_session_pair);
// Where two runs of as many tokens first differ, by bits, in the order of the pass. I32 [4]: 1 where they differ, else 0 and
// nothing more; the tensor's row in the table; its layer; the token.
int32_t vt_session_first_difference(vt_handle session, vt_handle other)
    VT_EXPORT(vt_session_first_difference);
// The last predictions of `session` (before) and `other` (after). rival -1: none. F32 [9]: change of the target's logit, of
// its difference to the rival's; its probability before, after; its rank before, after; KL(before || after) in nats; the
// first guess before, after.
int32_t vt_session_compare(vt_handle session, vt_handle other, int32_t target, int32_t rival)
    VT_EXPORT(vt_session_compare);

// --- sampling ------------------------------------------------------------------------------------
// Ranks the logits of a position, -1 the last (sorted once, kept), for the calls below.
int32_t vt_session_rank(vt_handle session, int32_t position) VT_EXPORT(vt_session_rank);
// Applies the settings to the ranked logits. Result: JSON summary {vocabulary, keptByK, keptByP, massCutByK, massCutByP, entropy}.
int32_t vt_session_distribute(vt_handle session, double temperature, int32_t top_k, double top_p)
    VT_EXPORT(vt_session_distribute);
// Rows [begin, end) of the distribution by rank: F32 [n,7]: id, logit, tempered, raw, scaled, probability, kept (0 yes, 1 by k, 2 by p).
int32_t vt_session_candidates(vt_handle session, int32_t begin, int32_t end) VT_EXPORT(vt_session_candidates);
int32_t vt_session_rank_of(vt_handle session, int32_t id)
    VT_EXPORT(vt_session_rank_of);  // rank, or -1 (vt_error)
// Draw `index` of `seed` (whole numbers from 0 to 2^53) from the distribution. Result: JSON {rank, id, u, begin, end}.
int32_t vt_session_draw(vt_handle session, double seed, double index) VT_EXPORT(vt_session_draw);

// --- threads -------------------------------------------------------------------------------------
// In the threaded build a helper is another instance of the module on the same memory, with a stack of its own
// (__stack_pointer) and without _initialize. It calls this and returns only after vt_threads_stop. No other vt_ function
// may be called from a helper.
int32_t vt_threads_help(void) VT_EXPORT(vt_threads_help);
int32_t vt_threads_size(void)
    VT_EXPORT(vt_threads_size);  // threads that share a product: the caller and its helpers
void vt_threads_stop(void) VT_EXPORT(vt_threads_stop);

// The kernel for products of many rows (int8_band.h): its place in the module's table of functions, the same in each
// instance on this memory, and what is added to a digit, 0 or 128. 0 takes it away. One instance says it, before the
// first session.
void vt_byte_kernel(uint32_t kernel, uint32_t bias) VT_EXPORT(vt_byte_kernel);

#ifdef __cplusplus
}
#endif
