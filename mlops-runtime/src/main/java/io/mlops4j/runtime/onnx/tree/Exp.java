package io.mlops4j.runtime.onnx.tree;

/**
 * The exponential function in single precision, as the C library computes it: in double precision,
 * by a table of 32 powers of two and a polynomial of the third degree (Arm's optimized routines,
 * since glibc 2.27). Its error is at most 0.502 units in the last place, so the correctly rounded
 * value is another one in about one of 500 cases. Stateless.
 */
final class Exp {
  private static final int BITS = 5;
  private static final int SIZE = 1 << BITS;
  private static final float LEAST = -103.9f;
  private static final float MOST = 88.7f;
  private static final double STEPS = 0x1.71547652b82fep+0 * SIZE; // SIZE / ln 2
  private static final double C3 = 0x1.c6af84b912394p-5 / SIZE / SIZE / SIZE;
  private static final double C2 = 0x1.ebfce50fac4f3p-3 / SIZE / SIZE;
  private static final double C1 = 0x1.62e42ff0c52d6p-1 / SIZE;

  /** 2^(i/SIZE), correctly rounded. */
  private static final double[] POWERS = powers();

  private Exp() {}

  private static double[] powers() {
    double[] powers = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      powers[i] = StrictMath.pow(2, (double) i / SIZE);
    }
    return powers;
  }

  static float of(float x) {
    if (!(x > LEAST && x < MOST)) { // beyond, the result is infinite, 0 or the least number
      return (float) StrictMath.exp(x);
    }
    double z = STEPS * x;
    double whole = Math.rint(z);
    double r = z - whole;
    long steps = (long) whole;
    double power =
        Double.longBitsToDouble(
            Double.doubleToRawLongBits(POWERS[(int) (steps & (SIZE - 1))])
                + ((steps >> BITS) << 52));
    double y = (C3 * r + C2) * (r * r) + (C1 * r + 1);
    return (float) (y * power);
  }
}
