//! Functions of numbers.

use burn_cubecl::cubecl::{self, prelude::*};

/// GELU by the error function, which is a quotient of polynomials as in [`crate::kernels::functions::erf`]: `x P / Q`, within
/// 4e-7, never beyond 1.
#[allow(clippy::approx_constant, reason = "fitted together with the others")]
#[cube]
pub fn gelu<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    let last = Vector::<f32, N>::new(3.92);
    let one = Vector::<f32, N>::new(1.0);
    let t = clamp(x * Vector::new(std::f32::consts::FRAC_1_SQRT_2), -last, last);
    let square = t * t;
    let mut above = Vector::<f32, N>::new(1.992_420_1e-8);
    above = fma(above, square, Vector::new(-1.957_830_8e-6));
    above = fma(above, square, Vector::new(1.418_500_5e-4));
    above = fma(above, square, Vector::new(3.701_598_8e-3));
    above = fma(above, square, Vector::new(5.057_330_4e-2));
    above = fma(above, square, Vector::new(1.999_243e-1));
    above = fma(above, square, Vector::new(1.128_379_1));
    let mut below = Vector::<f32, N>::new(9.560_358_6e-4);
    below = fma(below, square, Vector::new(1.435_318_6e-2));
    below = fma(below, square, Vector::new(1.149_983_26e-1));
    below = fma(below, square, Vector::new(5.105_099_7e-1));
    below = fma(below, square, one);
    let erf = clamp(t * above / below, -one, one);
    let half = Vector::<f32, N>::new(0.5);
    x * fma(erf, half, half)
}

/// Sum of a vector's numbers.
#[cube]
pub fn total<N: Size>(vector: Vector<f32, N>) -> f32 {
    let mut sum = vector.extract(0usize);
    #[unroll]
    for i in 1..N::value() {
        sum += vector.extract(i);
    }
    sum
}
