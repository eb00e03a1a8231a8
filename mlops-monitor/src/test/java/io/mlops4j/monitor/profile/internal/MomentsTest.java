package io.mlops4j.monitor.profile.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums by chunks against sums of exact decimals. */
class MomentsTest {
  private static final long SEED = 20_010_101;

  static Stream<Arguments> kinds() {
    return Stream.of(
        kind("normal", Random::nextGaussian),
        kind("offset", random -> 1e9 + random.nextGaussian()),
        kind("whole", random -> random.nextInt(24)),
        kind("log-normal", random -> Math.exp(4 * random.nextGaussian())),
        kind(
            "any magnitude",
            random -> Math.scalb(random.nextGaussian(), random.nextInt(240) - 120)),
        kind("tiny", random -> random.nextGaussian() * 1e-43),
        kind("smallest doubles", random -> random.nextGaussian() * 1e-315),
        kind("huge", random -> random.nextGaussian() * 1e37),
        kind("zero", random -> 0),
        kind("mostly zero", random -> random.nextInt(10) > 0 ? 0 : random.nextGaussian()),
        kind("one outlier", random -> random.nextInt(1500) == 0 ? 1e30 : random.nextGaussian()),
        kind("few tiny", random -> random.nextInt(200) == 0 ? 1e-30 : random.nextGaussian()),
        kind("as many tiny", random -> random.nextInt(64) == 0 ? 1e-30 : random.nextGaussian()),
        kind("growing", random -> random.nextGaussian() * (1 + random.nextInt(1 << 20))));
  }

  private static Arguments kind(String name, ToDoubleFunction<Random> values) {
    return Arguments.of(name, values);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void nothingIsRoundedInFloats(String name, ToDoubleFunction<Random> values) {
    Random random = new Random(SEED);
    Chunk chunk = new Chunk();
    Moments moments = new Moments();
    FloatMoments floats = new FloatMoments(moments);
    Exact exact = new Exact();
    for (int round = 0; round < 40; round++) {
      chunk.length = round % 5 == 4 ? random.nextInt(300) : Chunk.SIZE - random.nextInt(3);
      for (int i = 0; i < chunk.length; i++) {
        chunk.set(i, (float) values.applyAsDouble(random));
        exact.add(chunk.values[i]);
      }
      double[] before = chunk.values.clone();
      int odd = floats.add(chunk.bits, chunk.values, chunk.length, chunk.odd);
      assertThat(chunk.values).isEqualTo(before);
      for (int i = 0; i < odd; i++) {
        moments.add(chunk.odd[i]);
      }
    }
    floats.settle();
    exact.check(moments);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void nothingIsRoundedInDoubles(String name, ToDoubleFunction<Random> values) {
    Random random = new Random(SEED);
    double[] chunk = new double[Chunk.SIZE];
    double[] odd = new double[Chunk.SIZE];
    Moments moments = new Moments();
    Exact exact = new Exact();
    for (int round = 0; round < 20; round++) {
      int length = Chunk.SIZE - random.nextInt(1000);
      for (int i = 0; i < length; i++) {
        chunk[i] = values.applyAsDouble(random) + 0.0;
        exact.add(chunk[i]);
      }
      int odds = moments.add(chunk, length, odd);
      for (int i = 0; i < odds; i++) {
        moments.add(odd[i]);
      }
    }
    exact.check(moments);
  }

  /** What the limbs are held against. */
  private static final class Exact {
    private static final BigDecimal UNIT = new BigDecimal(BigInteger.ONE.shiftLeft(1075));

    private BigInteger sum = BigInteger.ZERO;
    private BigInteger squares = BigInteger.ZERO;
    private long count;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    void add(double value) {
      BigInteger units = new BigDecimal(value).multiply(UNIT).toBigIntegerExact();
      sum = sum.add(units);
      squares = squares.add(units.multiply(units));
      count++;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }

    void check(Moments moments) {
      assertThat(moments.exact()).isEqualTo(new ExactMoments(count, sum, squares));
      assertThat(moments.min()).isEqualTo(min);
      assertThat(moments.max()).isEqualTo(max);
    }
  }
}
