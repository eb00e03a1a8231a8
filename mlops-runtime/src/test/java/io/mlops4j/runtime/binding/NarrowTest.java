package io.mlops4j.runtime.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NarrowTest {

  /** Expected bits: float16 from NumPy 2, bfloat16 from a search among all its numbers. */
  @ParameterizedTest
  @CsvSource({
    "0x0.0p+0, 0000, 0000",
    "-0x0.0p+0, 8000, 8000",
    "0x1.0000000000000p+0, 3c00, 3f80",
    "-0x1.8000000000000p+0, be00, bfc0",
    "0x1.999999999999ap-4, 2e66, 3dcd",
    "0x1.5555555555555p-2, 3555, 3eab",
    "0x1.ffc0000000000p+15, 7bff, 4780",
    "0x1.ffdffffeb074ap+15, 7bff, 4780",
    "-0x1.ffdffffeb074ap+15, fbff, c780",
    "0x1.ffe0000000000p+15, rejected, 4780",
    "0x1.5798ee2308c3ap-27, 0000, 322c",
    "0x1.0000000000000p-25, 0000, 3300",
    "0x1.0000000001000p-25, 0001, 3300",
    "0x1.f75104d551d69p-15, 03ef, 387c",
    "0x1.ff80000000000p-15, 03ff, 3880",
    "0x1.0020000000000p+0, 3c00, 3f80",
    "0x1.0020000001000p+0, 3c01, 3f80",
    "0x1.0060000000000p+0, 3c02, 3f80",
    "0x1.fe00000000000p+127, rejected, 7f7f",
    "0x1.fe120cdbd668cp+127, rejected, 7f7f",
    "0x1.ff933c78cdfadp+127, rejected, rejected",
    "-0x1.7e43c8800759cp+996, rejected, rejected",
    "0x1.6d601ad376ab9p-150, 0000, 0000",
    "0x1.007564d44d5b9p-133, 0000, 0001",
    "Infinity, 7c00, 7f80",
    "-Infinity, fc00, ff80",
    "0x1.0100000000000p+0, 3c04, 3f80",
    "0x1.0100000400000p+0, 3c04, 3f81",
    "0x1.0300000000000p+0, 3c0c, 3f82",
  })
  void shortFloatsRoundToTheNearest(String hex, String float16, String bfloat16) {
    double value = Double.parseDouble(hex);
    assertThat(bits(value, ElementType.FLOAT16)).isEqualTo(float16);
    assertThat(bits(value, ElementType.BFLOAT16)).isEqualTo(bfloat16);
  }

  private static String bits(double value, ElementType target) {
    return Narrow.fits(value, target)
        ? String.format("%04x", Narrow.bits(value, target))
        : "rejected";
  }

  @Test
  void notANumberStaysNotANumber() {
    double signalling = Double.longBitsToDouble(0x7ff0000000000001L);
    for (double nan : new double[] {Double.NaN, -Double.NaN, signalling}) {
      assertThat(Narrow.fits(nan, ElementType.FLOAT16)).isTrue();
      assertThat(Narrow.bits(nan, ElementType.FLOAT16) & 0x7fff).isGreaterThan(0x7c00);
      assertThat(Narrow.bits(nan, ElementType.BFLOAT16) & 0x7fff).isGreaterThan(0x7f80);
      assertThat(Float.intBitsToFloat((int) Narrow.bits(nan, ElementType.FLOAT32))).isNaN();
    }
  }

  /** The largest double that still rounds to a finite float32 is just below 2^128 - 2^103. */
  @Test
  void floatsEndWhereJavasCastGivesInfinity() {
    double limit = 0x1.ffffffp127;
    assertThat(Narrow.fits(Math.nextDown(limit), ElementType.FLOAT32)).isTrue();
    assertThat(Narrow.fits(limit, ElementType.FLOAT32)).isFalse();
    assertThat(Narrow.fits(-limit, ElementType.FLOAT32)).isFalse();
    assertThat(Narrow.fits(Double.POSITIVE_INFINITY, ElementType.FLOAT32)).isTrue();
  }

  private static final List<ElementType> WHOLE =
      List.of(
          ElementType.INT8,
          ElementType.INT16,
          ElementType.INT32,
          ElementType.INT64,
          ElementType.UINT8,
          ElementType.UINT16,
          ElementType.UINT32,
          ElementType.UINT64);

  /** What exact arithmetic says, for values around every power of two. */
  @Test
  void wholeNumbersFitExactlyOrNotAtAll() {
    long seed = 8;
    Random random = new Random(seed);
    for (int power = 0; power <= 64; power++) {
      for (int i = 0; i < 40; i++) {
        long near = (power == 64 ? 0 : 1L << power) + random.nextInt(5) - 2;
        long value = i % 2 == 0 ? near : -near;
        for (ElementType from : List.of(ElementType.INT64, ElementType.UINT64)) {
          BigInteger exact =
              from == ElementType.INT64
                  ? BigInteger.valueOf(value)
                  : new BigInteger(Long.toUnsignedString(value));
          for (ElementType to : WHOLE) {
            String what = "seed " + seed + ": " + exact + " to " + to;
            boolean unsigned = to.toString().startsWith("u");
            int bits = 8 * to.bytes();
            boolean fits =
                unsigned
                    ? exact.signum() >= 0 && exact.bitLength() <= bits
                    : exact.bitLength() < bits;
            assertThat(Narrow.fits(value, from, to)).as(what).isEqualTo(fits);
          }
          float single = exact.floatValue();
          assertThat(Narrow.fits(value, from, ElementType.FLOAT32))
              .isEqualTo(new BigDecimal(single).toBigInteger().equals(exact));
          if (Narrow.fits(value, from, ElementType.FLOAT32)) {
            assertThat(Float.intBitsToFloat((int) Narrow.bits(value, from, ElementType.FLOAT32)))
                .isEqualTo(single);
          }
          double twice = exact.doubleValue();
          assertThat(Narrow.fits(value, from, ElementType.FLOAT64))
              .isEqualTo(new BigDecimal(twice).toBigInteger().equals(exact));
          if (Narrow.fits(value, from, ElementType.FLOAT64)) {
            assertThat(Double.longBitsToDouble(Narrow.bits(value, from, ElementType.FLOAT64)))
                .isEqualTo(twice);
          }
        }
      }
    }
  }

  @Test
  void onlyNumbersOfTheSameKindAndWholeNumbersToFloatsAreConverted() {
    assertThat(Narrow.isPossible(ElementType.FLOAT64, ElementType.FLOAT32)).isTrue();
    assertThat(Narrow.isPossible(ElementType.INT64, ElementType.FLOAT32)).isTrue();
    assertThat(Narrow.isPossible(ElementType.INT64, ElementType.UINT8)).isTrue();
    assertThat(Narrow.isPossible(ElementType.FLOAT32, ElementType.FLOAT64)).isFalse();
    assertThat(Narrow.isPossible(ElementType.FLOAT64, ElementType.INT64)).isFalse();
    assertThat(Narrow.isPossible(ElementType.BOOL, ElementType.FLOAT32)).isFalse();
    assertThat(Narrow.isPossible(ElementType.STRING, ElementType.FLOAT32)).isFalse();
    assertThat(Narrow.isPossible(ElementType.INT64, ElementType.BOOL)).isFalse();
    assertThat(Narrow.isPossible(ElementType.INT64, ElementType.STRING)).isFalse();
  }
}
