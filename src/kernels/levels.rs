//! The same code for every kind of processor: loops that the compiler turns into vectors, compiled once a level, and
//! the best taken when the program runs.

/// `at_every_level!(pub fn name(x: &[f32]) -> f32 = body);` makes `name` out of `body::<FUSED>`, an `#[inline(always)]`
/// function whose `FUSED` says whether a multiplication and an addition are one instruction.
macro_rules! at_every_level {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? = $body:ident;) => {
        $(#[$doc])*
        $vis fn $name($($arg: $type),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $type),*) $(-> $out)? {
                    $body::<true>($($arg),*)
                }
                #[target_feature(enable = "avx512f,avx2,fma")]
                fn avx512($($arg: $type),*) $(-> $out)? {
                    $body::<true>($($arg),*)
                }
                match $crate::kernels::vector::Level::best() {
                    // SAFETY: the processor was asked.
                    $crate::kernels::vector::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::kernels::vector::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::kernels::vector::Level::Plain | $crate::kernels::vector::Level::Linked => {}
                }
            }
            $body::<false>($($arg),*)
        }
    };
}

pub(crate) use at_every_level;

/// `a b + c`, rounded once where that costs nothing.
#[inline(always)]
pub fn fma<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// Sums side by side that a reduction is made of; fixed, and with it the order of additions.
const LANES: usize = 32;

/// The sum of `of(a, b)` over two slices of one length.
#[inline(always)]
pub fn sum_of(a: &[f32], b: &[f32], of: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (a_rest, b_rest) = (a.remainder(), b.remainder());
    for (a, b) in a.zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += of(*a, *b);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| of(*a, *b)).sum();
    folded(lanes, |a, b| a + b) + rest
}

/// Lanes into one, by halves.
#[inline(always)]
pub fn folded(mut lanes: [f32; LANES], with: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = with(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}

/// The largest, or -infinity; a number that is none is passed over.
#[cfg(not(target_feature = "simd128"))] // `number` has another there
#[inline(always)]
pub fn largest(values: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder().iter().copied().fold(f32::NEG_INFINITY, larger);
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, *value);
        }
    }
    larger(folded(lanes, larger), rest)
}

/// `sums += row` for every row of `rows`.
#[inline(always)]
pub fn add_rows(sums: &mut [f32], rows: &[f32]) {
    for row in rows.chunks_exact(sums.len().max(1)) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}
