;; The kernel of engine/kernels/int8_band/int8_band.h: rows of activations by a panel of 8 outputs, four products of int8 a lane at a time.
;; scripts/byte-kernel.mjs compiles it; the loader installs it where the runtime takes bytes as it needs them (`probe`).
(module
  (import "env" "memory" (memory 1))

  ;; Lane 0 of four equal products: tells how a byte with its top bit set is taken, and whether sums saturate.
  (func (export "probe") (param $weight i32) (param $activation i32) (result i32)
    (i32x4.extract_lane 0
      (i32x4.relaxed_dot_i8x16_i7x16_add_s
        (i8x16.splat (local.get $weight))
        (i8x16.splat (local.get $activation))
        (v128.const i32x4 0 0 0 0))))

  (func (export "band") (param $band i32) ;; a Int8Band
    (local $codes i32) (local $scales i32) (local $scratch i32) (local $offsets i32) (local $offset i32)
    (local $w i32) (local $w_end i32) (local $group i32) (local $group_end i32)
    (local $low i32) (local $high i32) (local $row_bytes i32) (local $done i32) (local $more i32)
    (local $x0 i32) (local $x1 i32) (local $x2 i32) (local $x3 i32)
    (local $wide i32) (local $row_scales i32) (local $tiles i32) (local $sums i32) (local $ahead i32) (local $ahead_end i32)
    (local $a v128) (local $b v128) (local $value v128)
    (local $s0a v128) (local $s0b v128) (local $s1a v128) (local $s1b v128)
    (local $s2a v128) (local $s2b v128) (local $s3a v128) (local $s3b v128)

    ;; --- weights: from pairs of inputs, [2][8][2], to quads, [8][4]; behind them, for each group of 16 quads, what the
    ;; bias of the activations adds to a sum, negated ---
    (local.set $codes (i32.load offset=0 (local.get $band)))
    (local.set $scratch (i32.load offset=28 (local.get $band)))
    (local.set $value (v128.load32_splat offset=36 (local.get $band)))
    (local.set $w (local.get $scratch))
    (local.set $w_end
      (i32.add (local.get $scratch) (i32.shl (i32.load offset=20 (local.get $band)) (i32.const 5))))
    (local.set $offsets (local.get $w_end))
    (local.set $offset (local.get $offsets))
    (loop $each_group
      (local.set $group_end (i32.add (local.get $w) (i32.const 512)))
      (if (i32.gt_u (local.get $group_end) (local.get $w_end))
        (then (local.set $group_end (local.get $w_end))))
      (local.set $s0a (v128.const i32x4 0 0 0 0))
      (local.set $s0b (v128.const i32x4 0 0 0 0))
      (loop $each_quad
        (local.set $s1a (v128.load (local.get $codes)))
        (local.set $s1b (v128.load offset=16 (local.get $codes)))
        (local.set $a
          (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $s1a) (local.get $s1b)))
        (local.set $b
          (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $s1a) (local.get $s1b)))
        (v128.store (local.get $w) (local.get $a))
        (v128.store offset=16 (local.get $w) (local.get $b))
        (local.set $s0a
          (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $a) (local.get $value) (local.get $s0a)))
        (local.set $s0b
          (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $b) (local.get $value) (local.get $s0b)))
        (local.set $codes (i32.add (local.get $codes) (i32.const 32)))
        (local.set $w (i32.add (local.get $w) (i32.const 32)))
        (br_if $each_quad (i32.lt_u (local.get $w) (local.get $group_end))))
      (v128.store (local.get $offset) (i32x4.neg (local.get $s0a)))
      (v128.store offset=16 (local.get $offset) (i32x4.neg (local.get $s0b)))
      (local.set $offset (i32.add (local.get $offset) (i32.const 32)))
      (br_if $each_group (i32.lt_u (local.get $w) (local.get $w_end))))

    ;; --- four rows at a time ---
    (local.set $low (i32.load offset=8 (local.get $band)))
    (local.set $high (i32.load offset=12 (local.get $band)))
    (local.set $row_bytes (i32.load offset=16 (local.get $band)))
    (local.set $tiles (i32.load offset=24 (local.get $band)))
    (local.set $sums (i32.load offset=32 (local.get $band)))
    (local.set $wide (i32.load offset=48 (local.get $band)))
    (local.set $row_scales (i32.load offset=52 (local.get $band)))
    (local.set $ahead (i32.load offset=40 (local.get $band)))
    (local.set $ahead_end (i32.load offset=44 (local.get $band)))
    (loop $each_tile
      (local.set $scales (i32.load offset=4 (local.get $band)))
      (local.set $offset (local.get $offsets))
      (local.set $group (local.get $scratch))
      (local.set $done (i32.const 0)) ;; inputs
      (loop $each_group
        ;; Weights that come next are asked for while these are multiplied.
        (if (i32.lt_u (local.get $ahead) (local.get $ahead_end))
          (then
            (local.set $more (i32.load8_u (local.get $ahead)))
            (local.set $ahead (i32.add (local.get $ahead) (i32.const 64)))))
        (local.set $group_end (i32.add (local.get $group) (i32.const 512)))
        (if (i32.gt_u (local.get $group_end) (local.get $w_end))
          (then (local.set $group_end (local.get $w_end))))
        (local.set $s0a (v128.load (local.get $offset)))
        (local.set $s0b (v128.load offset=16 (local.get $offset)))
        (local.set $s1a (local.get $s0a)) (local.set $s1b (local.get $s0b))
        (local.set $s2a (local.get $s0a)) (local.set $s2b (local.get $s0b))
        (local.set $s3a (local.get $s0a)) (local.set $s3b (local.get $s0b))
        ;; High digits, where there are any, then low ones.
        (local.set $more
          (i32.load8_u (i32.add (local.get $wide) (i32.shr_u (local.get $done) (i32.const 6)))))
        (local.set $x0
          (i32.add (select (local.get $high) (local.get $low) (local.get $more)) (local.get $done)))
        (loop $each_digit
          (local.set $x1 (i32.add (local.get $x0) (local.get $row_bytes)))
          (local.set $x2 (i32.add (local.get $x1) (local.get $row_bytes)))
          (local.set $x3 (i32.add (local.get $x2) (local.get $row_bytes)))
          (local.set $w (local.get $group))
          (loop $each_quad
            (local.set $a (v128.load (local.get $w)))
            (local.set $b (v128.load offset=16 (local.get $w)))
            (local.set $w (i32.add (local.get $w) (i32.const 32)))
            (local.set $value (v128.load32_splat (local.get $x0)))
            (local.set $x0 (i32.add (local.get $x0) (i32.const 4)))
            (local.set $s0a
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $a) (local.get $value) (local.get $s0a)))
            (local.set $s0b
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $b) (local.get $value) (local.get $s0b)))
            (local.set $value (v128.load32_splat (local.get $x1)))
            (local.set $x1 (i32.add (local.get $x1) (i32.const 4)))
            (local.set $s1a
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $a) (local.get $value) (local.get $s1a)))
            (local.set $s1b
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $b) (local.get $value) (local.get $s1b)))
            (local.set $value (v128.load32_splat (local.get $x2)))
            (local.set $x2 (i32.add (local.get $x2) (i32.const 4)))
            (local.set $s2a
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $a) (local.get $value) (local.get $s2a)))
            (local.set $s2b
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $b) (local.get $value) (local.get $s2b)))
            (local.set $value (v128.load32_splat (local.get $x3)))
            (local.set $x3 (i32.add (local.get $x3) (i32.const 4)))
            (local.set $s3a
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $a) (local.get $value) (local.get $s3a)))
            (local.set $s3b
              (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $b) (local.get $value) (local.get $s3b)))
            (br_if $each_quad (i32.lt_u (local.get $w) (local.get $group_end))))
          (if (local.get $more)
            (then
              (local.set $more (i32.const 0))
              (local.set $a (v128.load (local.get $offset)))
              (local.set $b (v128.load offset=16 (local.get $offset)))
              (local.set $s0a (i32x4.add (i32x4.shl (local.get $s0a) (i32.const 8)) (local.get $a)))
              (local.set $s0b (i32x4.add (i32x4.shl (local.get $s0b) (i32.const 8)) (local.get $b)))
              (local.set $s1a (i32x4.add (i32x4.shl (local.get $s1a) (i32.const 8)) (local.get $a)))
              (local.set $s1b (i32x4.add (i32x4.shl (local.get $s1b) (i32.const 8)) (local.get $b)))
              (local.set $s2a (i32x4.add (i32x4.shl (local.get $s2a) (i32.const 8)) (local.get $a)))
              (local.set $s2b (i32x4.add (i32x4.shl (local.get $s2b) (i32.const 8)) (local.get $b)))
              (local.set $s3a (i32x4.add (i32x4.shl (local.get $s3a) (i32.const 8)) (local.get $a)))
              (local.set $s3b (i32x4.add (i32x4.shl (local.get $s3b) (i32.const 8)) (local.get $b)))
              (local.set $x0 (i32.add (local.get $low) (local.get $done)))
              (br $each_digit))))
        (local.set $a (v128.load (local.get $scales)))
        (local.set $b (v128.load offset=16 (local.get $scales)))
        ;; 64 inputs have 16 bytes of scales, one for each row.
        (local.set $x0 (i32.add (local.get $row_scales) (i32.shr_u (local.get $done) (i32.const 2))))
        (local.set $value (v128.load32_splat (local.get $x0)))
        (v128.store (local.get $sums)
          (f32x4.add (v128.load (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s0a))
              (f32x4.mul (local.get $value) (local.get $a)))))
        (v128.store offset=16 (local.get $sums)
          (f32x4.add (v128.load offset=16 (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s0b))
              (f32x4.mul (local.get $value) (local.get $b)))))
        (local.set $value (v128.load32_splat offset=4 (local.get $x0)))
        (v128.store offset=32 (local.get $sums)
          (f32x4.add (v128.load offset=32 (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s1a))
              (f32x4.mul (local.get $value) (local.get $a)))))
        (v128.store offset=48 (local.get $sums)
          (f32x4.add (v128.load offset=48 (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s1b))
              (f32x4.mul (local.get $value) (local.get $b)))))
        (local.set $value (v128.load32_splat offset=8 (local.get $x0)))
        (v128.store offset=64 (local.get $sums)
          (f32x4.add (v128.load offset=64 (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s2a))
              (f32x4.mul (local.get $value) (local.get $a)))))
        (v128.store offset=80 (local.get $sums)
          (f32x4.add (v128.load offset=80 (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s2b))
              (f32x4.mul (local.get $value) (local.get $b)))))
        (local.set $value (v128.load32_splat offset=12 (local.get $x0)))
        (v128.store offset=96 (local.get $sums)
          (f32x4.add (v128.load offset=96 (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s3a))
              (f32x4.mul (local.get $value) (local.get $a)))))
        (v128.store offset=112 (local.get $sums)
          (f32x4.add (v128.load offset=112 (local.get $sums))
            (f32x4.mul (f32x4.convert_i32x4_s (local.get $s3b))
              (f32x4.mul (local.get $value) (local.get $b)))))
        (local.set $scales (i32.add (local.get $scales) (i32.const 32)))
        (local.set $offset (i32.add (local.get $offset) (i32.const 32)))
        (local.set $done (i32.add (local.get $done) (i32.const 64)))
        (local.set $group (local.get $group_end))
        (br_if $each_group (i32.lt_u (local.get $group) (local.get $w_end))))
      (local.set $done (i32.shl (local.get $row_bytes) (i32.const 2))) ;; four rows
      (local.set $low (i32.add (local.get $low) (local.get $done)))
      (local.set $high (i32.add (local.get $high) (local.get $done)))
      (local.set $done (i32.load offset=56 (local.get $band))) ;; groups of a row
      (local.set $wide (i32.add (local.get $wide) (local.get $done)))
      (local.set $row_scales (i32.add (local.get $row_scales) (i32.shl (local.get $done) (i32.const 4))))
      (local.set $sums (i32.add (local.get $sums) (i32.const 128)))
      (local.set $tiles (i32.sub (local.get $tiles) (i32.const 1)))
      (br_if $each_tile (local.get $tiles)))))
