package io.mlops4j.monitor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FiguresTest {
  /** The exact decimals of a double, rounded to three digits by BigDecimal. */
  private static String exact(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  @Test
  void threeDigitsAreThoseOfTheExactDecimals() {
    long seed = 17;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 50_000; i++) {
      double value = Math.scalb(random.nextDouble(-1, 1), random.nextInt(-13, 10));
      if (Math.abs(value) >= 1e-4 && Math.abs(value) < 999) {
        assertThat(Figures.of(value)).as("seed %d, %s", seed, value).isEqualTo(exact(value));
      }
    }
  }

  @Test
  void yearsAreNeitherGroupedNorRounded() {
    assertThat(Figures.of(2017.0)).isEqualTo("2017");
    assertThat(Figures.of(-2017.0)).isEqualTo("-2017");
    assertThat(Figures.of(2016.55)).isEqualTo("2016.5"); // a little less as a double
    assertThat(Figures.of(9999.0)).isEqualTo("9999");
    assertThat(Figures.of(9999.96)).isEqualTo("10,000");
    assertThat(Figures.of(20_170.0)).isEqualTo("20,170");
  }

  @Test
  void valuesKeepFourDigitsAndTheirWholePart() {
    assertThat(Figures.value(-43)).isEqualTo("-43");
    assertThat(Figures.value(0)).isEqualTo("0");
    assertThat(Figures.value(3)).isEqualTo("3");
    assertThat(Figures.value(1_234_567_890_123.0)).isEqualTo("1234567890123");
    assertThat(Figures.value(0.42406542056074764)).isEqualTo("0.4241");
    assertThat(Figures.value(1.0 / 3)).isEqualTo("0.3333");
    assertThat(Figures.value(19.537977164912817)).isEqualTo("19.54");
    assertThat(Figures.value(-736.7359813084112)).isEqualTo("-736.7");
    assertThat(Figures.value(99_999.7)).isEqualTo("100000");
    assertThat(Figures.value(123_456.78)).isEqualTo("123457");
    assertThat(Figures.value(1.23456e-9)).isEqualTo("1.235E-9");
    assertThat(Figures.value(0x1p100)).isEqualTo("1.268E+30");
    assertThat(Figures.value(Double.NaN)).isEqualTo("none");
    assertThat(Figures.value(Double.NEGATIVE_INFINITY)).isEqualTo("-infinite");
  }

  @Test
  void numbersThatDifferAreToldApart() {
    assertThat(Figures.apart(2017, 2017.4)).containsExactly("2017", "2017.4");
    assertThat(Figures.apart(100.4, 100.3)).containsExactly("100.4", "100.3");
    assertThat(Figures.apart(0.1, 0.1)).containsExactly("0.1", "0.1");
  }

  @Test
  void tiesAreRoundedByTheExactDecimals() {
    for (int whole = 100; whole < 1000; whole++) {
      for (double power : new double[] {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6}) {
        for (double digits : new double[] {whole, whole + 0.5, Math.nextDown(whole + 0.5)}) {
          double value = digits / power;
          if (value < 999) {
            assertThat(Figures.of(value)).as("%s", value).isEqualTo(exact(value));
            assertThat(Figures.of(-value)).as("%s", -value).isEqualTo(exact(-value));
          }
        }
      }
    }
  }
}
