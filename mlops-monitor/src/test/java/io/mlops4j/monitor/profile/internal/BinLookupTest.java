package io.mlops4j.monitor.profile.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against a look at every edge. */
class BinLookupTest {
  private static final double[] NUMBERS = {
    0, 1, -1, 0.5, 1e9, -1e9, 1e-9, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MAX_VALUE
  };

  static Stream<Arguments> kinds() {
    return Stream.of(
        kind("normal", 254, Random::nextGaussian),
        kind("offset", 254, random -> 1e9 + random.nextGaussian()),
        kind("log-normal", 254, random -> Math.exp(3 * random.nextGaussian())),
        kind("both signs", 255, random -> Math.pow(random.nextGaussian(), 9)),
        kind(
            "any magnitude",
            255,
            random -> Math.scalb(random.nextGaussian(), random.nextInt(2000) - 1000)),
        kind("far outlier", 100, random -> random.nextInt(40) == 0 ? 1e300 : random.nextDouble()),
        kind(
            "neighbours",
            255,
            random -> Double.longBitsToDouble(0x3ff0000000000000L + random.nextInt(300))),
        kind("smallest", 255, random -> (random.nextInt(400) - 200) * Double.MIN_VALUE),
        kind(
            "whole range",
            4,
            random -> random.nextBoolean() ? Double.MAX_VALUE : -Double.MAX_VALUE),
        kind("pairs", 250, random -> Math.nextDown((double) random.nextInt(100)) + 0.0),
        kind("one", 1, random -> 42));
  }

  private static Arguments kind(String name, int edges, ToDoubleFunction<Random> values) {
    return Arguments.of(name, edges, values);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void everyValueIsBehindTheEdgesBelowIt(String name, int size, ToDoubleFunction<Random> values) {
    Random random = new Random(1);
    double[] edges =
        DoubleStream.generate(() -> values.applyAsDouble(random) + 0.0)
            .limit(size)
            .sorted()
            .distinct()
            .toArray();
    double[] probes =
        Stream.of(
                Arrays.stream(edges),
                Arrays.stream(edges).map(Math::nextUp),
                Arrays.stream(edges).map(Math::nextDown),
                DoubleStream.generate(() -> values.applyAsDouble(random)).limit(700),
                Arrays.stream(NUMBERS))
            .flatMapToDouble(part -> part)
            .filter(Double::isFinite)
            .map(value -> value + 0.0)
            .limit(Chunk.SIZE - 7L)
            .toArray();
    BinLookup lookup = new BinLookup(edges);
    long[] expected = new long[edges.length + 1];
    for (double probe : probes) {
      int bin = (int) Arrays.stream(edges).filter(edge -> edge < probe).count();
      expected[bin]++;
      assertThat(lookup.of(probe)).as("%s among %d edges", probe, edges.length).isEqualTo(bin);
    }
    long[] even = new long[expected.length];
    long[] odd = new long[expected.length];
    lookup.count(probes, probes.length, even, odd);
    Arrays.setAll(even, bin -> even[bin] + odd[bin]);
    assertThat(even).isEqualTo(expected);
  }

  @Test
  void withoutEdgesThereIsOneBin() {
    assertThat(new BinLookup(new double[0]).of(7)).isZero();
  }
}
