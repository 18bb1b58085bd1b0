//! Vectors of the processor at hand, as far as a product of matrices needs them, and which of them to take.

use std::sync::OnceLock;

/// Some numbers that the processor takes at a time.
///
/// # Safety
/// Every function may use instructions that a processor can lack: call it from code that [`Level`] led to.
pub unsafe trait Vector: Copy {
    /// Numbers in it.
    const LANES: usize;
    /// `LANES` numbers from memory, aligned or not.
    ///
    /// # Safety
    /// As for the trait; `from` may be read that far.
    unsafe fn load(from: *const f32) -> Self;
    /// Back into memory.
    ///
    /// # Safety
    /// As for the trait; `to` may be written that far.
    unsafe fn store(self, to: *mut f32);
    /// One number from memory, everywhere.
    ///
    /// # Safety
    /// As for the trait; `from` may be read.
    unsafe fn splat(from: *const f32) -> Self;
    /// 0 everywhere.
    ///
    /// # Safety
    /// As for the trait.
    unsafe fn zero() -> Self;
    /// `self + other`.
    ///
    /// # Safety
    /// As for the trait.
    unsafe fn add(self, other: Self) -> Self;
    /// `self + a b`, rounded once where the processor can.
    ///
    /// # Safety
    /// As for the trait.
    unsafe fn plus_product(self, a: Self, b: Self) -> Self;
}

/// What the compiler makes the best of where nothing is written for the processor.
#[derive(Clone, Copy)]
pub struct Plain([f32; 4]);

// SAFETY: plain Rust, which every processor runs.
unsafe impl Vector for Plain {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller lends `LANES` numbers.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as above.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn splat(from: *const f32) -> Self {
        // SAFETY: as above, one number.
        Self([unsafe { *from }; 4])
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; 4])
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }

    #[inline(always)]
    unsafe fn plus_product(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + a.0[i] * b.0[i]))
    }
}

/// Which instructions to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every processor of the target has.
    Plain,
    /// Tiles that were handed to [`link`](super::product::link).
    Linked,
    /// Eight numbers at a time, with fused multiplication and addition.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Sixteen.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The variable of the environment that asks for less than the processor has (`plain`, `avx2`), to look for a fault. PyTorch's
    /// is `ATEN_CPU_CAPABILITY`.
    pub const ASKED: &str = "DARKROOM_VECTORS";

    #[cfg(target_arch = "x86_64")]
    const WORDS: [(&str, Self); 3] = [("plain", Self::Plain), ("avx2", Self::Avx2), ("avx512", Self::Avx512)];
    #[cfg(not(target_arch = "x86_64"))]
    const WORDS: [(&str, Self); 1] = [("plain", Self::Plain)];

    /// What was asked for; `None` where that is no word for a level.
    fn asked() -> Option<Self> {
        static WORD: OnceLock<Option<Level>> = OnceLock::new();
        *WORD.get_or_init(|| {
            let word = std::env::var(Self::ASKED).ok()?;
            Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, level)| *level)
        })
    }

    /// Whether a level was asked for.
    #[must_use]
    pub fn is_asked() -> bool {
        Self::asked().is_some()
    }

    /// The best that this processor has, or less where less was asked for: see [`Level::ASKED`].
    #[must_use]
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            static FOUND: OnceLock<Level> = OnceLock::new();
            let found = *FOUND.get_or_init(|| Self::asked().unwrap_or(Self::Avx512).min(Self::detected()));
            if found != Self::Plain {
                return found;
            }
        }
        if super::product::tiles().is_some() {
            Self::Linked
        } else {
            Self::Plain
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn detected() -> Self {
        let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        match has_avx2 {
            true if is_x86_feature_detected!("avx512f") => Self::Avx512,
            true => Self::Avx2,
            false => Self::Plain,
        }
    }

    /// What may be asked for.
    #[must_use]
    pub fn words() -> Vec<&'static str> {
        Self::WORDS.map(|(word, _)| word).into()
    }

    /// Words for the levels of processors that have less than this, for [`Level::ASKED`].
    pub fn below(level: Self) -> impl Iterator<Item = &'static str> {
        Self::WORDS
            .into_iter()
            .filter(move |(_, other)| *other < level)
            .map(|(word, _)| word)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Vector;
    use core::arch::x86_64::{
        __m256, __m512, _mm256_add_ps, _mm256_broadcast_ss, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_setzero_ps, _mm256_storeu_ps,
        _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    macro_rules! vector {
        ($type:ty, $lanes:literal, $load:ident, $store:ident, $splat:expr, $zero:ident, $add:ident, $fma:ident) => {
            // SAFETY: memory is the caller's word; the instructions are there wherever `Level` led to this type.
            unsafe impl Vector for $type {
                const LANES: usize = $lanes;

                #[inline(always)]
                unsafe fn load(from: *const f32) -> Self {
                    unsafe { $load(from) }
                }

                #[inline(always)]
                unsafe fn store(self, to: *mut f32) {
                    unsafe { $store(to, self) }
                }

                #[inline(always)]
                unsafe fn splat(from: *const f32) -> Self {
                    unsafe { $splat(&*from) }
                }

                #[inline(always)]
                unsafe fn zero() -> Self {
                    unsafe { $zero() }
                }

                #[inline(always)]
                unsafe fn add(self, other: Self) -> Self {
                    unsafe { $add(self, other) }
                }

                #[inline(always)]
                unsafe fn plus_product(self, a: Self, b: Self) -> Self {
                    unsafe { $fma(a, b, self) }
                }
            }
        };
    }

    vector!(
        __m256,
        8,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_broadcast_ss,
        _mm256_setzero_ps,
        _mm256_add_ps,
        _mm256_fmadd_ps
    );
    vector!(
        __m512,
        16,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        |x: &f32| _mm512_set1_ps(*x),
        _mm512_setzero_ps,
        _mm512_add_ps,
        _mm512_fmadd_ps
    );
}
