package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GoldenRowsTest {
  private static final GoldenRows EMPTY = GoldenRows.within(0);

  @Test
  void aColumnOfOneTypeKeepsIt() {
    assertThat(EMPTY.input("x", 0.1f, null).inputs().get("x")).containsExactly(0.1f, null);
    assertThat(EMPTY.input("x", (short) 7, (short) 8).inputs().get("x"))
        .containsExactly((short) 7, (short) 8);
    assertThat(EMPTY.input("x", null, null).inputs().get("x")).containsExactly(null, null);
  }

  @Test
  void wholeNumbersOfSeveralTypesBecomeLongAndOthersDouble() {
    assertThat(EMPTY.input("x", (byte) 1, 2, 3L, null).inputs().get("x"))
        .containsExactly(1L, 2L, 3L, null);
    assertThat(EMPTY.input("x", 1, 2.5f, 0.1, null).inputs().get("x"))
        .containsExactly(1.0, 2.5, 0.1, null);
  }

  @Test
  void whatNoColumnCanHoldIsRefused() {
    for (Object[] values :
        new Object[][] {
          {1, "one"},
          {true, 1},
          {"yes", true},
          {new BigDecimal("0.1")},
          {new AtomicInteger(1)},
          {'c'},
          {0.5, Long.MAX_VALUE - 1},
          {0.5, Long.MAX_VALUE}
        }) {
      assertThatThrownBy(() -> EMPTY.input("x", values))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("x: found ")
          .hasMessageContaining("expected");
    }
    assertThatThrownBy(() -> new NullPolicy.Default(new BigDecimal("0.1")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
