package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimpleJumperTest {

  /** Capital is the expectation over all 3^n paths of a Markov chain of bets. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.3, 0.9})
  void equalsTheSumOverAllPathsOfBets(double jump) {
    double[] pValues = new SplittableRandom(1).doubles(9).toArray();
    SimpleJumper jumper = new SimpleJumper(jump);
    double capital = 1;
    for (double p : pValues) {
      capital *= jumper.bet(p);
    }
    double sum = 0;
    for (int path = 0; path < Math.pow(3, pValues.length); path++) {
      int rest = path;
      int last = -1;
      double product = 1;
      for (double p : pValues) {
        int bet = rest % 3;
        rest /= 3;
        product *= last < 0 ? 1.0 / 3 : jump / 3 + (bet == last ? 1 - jump : 0);
        product *= 1 + (bet - 1) * (p - 0.5);
        last = bet;
      }
      sum += product;
    }
    assertThat(capital).isCloseTo(sum, within(1e-12 * sum));
  }

  /** With hardly any jumps it is the average of three products. */
  @Test
  void withoutJumpsIsAnAverageOfProducts() {
    double[] pValues = new SplittableRandom(2).doubles(60).map(Math::sqrt).toArray();
    SimpleJumper jumper = new SimpleJumper(1e-14);
    double capital = 1;
    double down = 1;
    double up = 1;
    for (double p : pValues) {
      capital *= jumper.bet(p);
      down *= 1.5 - p;
      up *= 0.5 + p;
    }
    assertThat(capital).isCloseTo((down + 1 + up) / 3, within(1e-9 * capital)).isGreaterThan(3);
  }

  @Test
  void isFairAndBlindToTheSign() {
    SimpleJumper jumper = new SimpleJumper(0.01);
    SimpleJumper mirror = new SimpleJumper(0.01);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 1000; i++) {
      double p = random.nextInt(1 << 20) / (double) (1 << 20); // so that 1 - p is exact
      assertThat(mirror.bet(1 - p)).isCloseTo(jumper.bet(p), within(1e-13));
    }
  }
}
