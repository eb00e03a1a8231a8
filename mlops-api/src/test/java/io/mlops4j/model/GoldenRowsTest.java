package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GoldenRowsTest {
  private static final GoldenRows EMPTY = GoldenRows.within(0);

  @Test
  void aColumnOfOneTypeKeepsIt() {
    assertThat(EMPTY.withInput("x", 0.1f, null).inputs().get("x")).containsExactly(0.1f, null);
    assertThat(EMPTY.withInput("x", (short) 7, (short) 8).inputs().get("x"))
        .containsExactly((short) 7, (short) 8);
    assertThat(EMPTY.withInput("x", null, null).inputs().get("x")).containsExactly(null, null);
  }

  @Test
  void wholeNumbersOfSeveralTypesBecomeLongAndOthersDouble() {
    assertThat(EMPTY.withInput("x", (byte) 1, 2, 3L, null).inputs().get("x"))
        .containsExactly(1L, 2L, 3L, null);
    assertThat(EMPTY.withInput("x", 1, 2.5f, 0.1, null).inputs().get("x"))
        .containsExactly(1.0, 2.5, 0.1, null);
  }

  @Test
  void aRowMayHaveSeveralValues() {
    assertThat(EMPTY.withOutput("p", new float[] {0.25f, 0.75f}, null, List.of(1f, 0f)).outputs())
        .containsEntry("p", Arrays.asList(List.of(0.25f, 0.75f), null, List.of(1f, 0f)));
    assertThat(EMPTY.withInput("x", new long[] {1, 2}, Arrays.asList(3, null)).inputs().get("x"))
        .containsExactly(List.of(1L, 2L), Arrays.asList(3L, null));
    assertThat(EMPTY.withInput("x", List.of(1, 2.5), List.of(3L, 4)).inputs().get("x"))
        .containsExactly(List.of(1.0, 2.5), List.of(3.0, 4.0));
    assertThat(EMPTY.withInput("x", List.of("a", "b"), List.of("", "c")).rows()).isEqualTo(2);
    assertThat(EMPTY.withInput("x", new float[] {1}))
        .isEqualTo(EMPTY.withInput("x", List.of(1f)))
        .isNotEqualTo(EMPTY.withInput("x", 1f));
  }

  @Test
  void severalValuesAreCopied() {
    float[] values = {1, 2};
    List<Float> list = new ArrayList<>(List.of(3f, 4f));
    GoldenRows rows = EMPTY.withInput("x", values, list);
    values[0] = 9;
    list.set(0, 9f);
    assertThat(rows.inputs().get("x")).containsExactly(List.of(1f, 2f), List.of(3f, 4f));
    assertThatThrownBy(() -> ((List<?>) rows.inputs().get("x").get(0)).clear())
        .isInstanceOf(UnsupportedOperationException.class);
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
          {0.5, Long.MAX_VALUE},
          {new float[] {1, 2}, new float[] {3}},
          {new float[] {1, 2}, 3f},
          {3f, new float[] {1, 2}},
          {new float[] {1, 2}, List.of("a", "b")},
          {List.of()},
          {List.of(List.of(1))},
          {new char[] {'a'}}
        }) {
      assertThatThrownBy(() -> EMPTY.withInput("x", values))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("x: found ")
          .hasMessageContaining("expected");
    }
    assertThatThrownBy(() -> NullPolicy.replaceWith(new BigDecimal("0.1")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
