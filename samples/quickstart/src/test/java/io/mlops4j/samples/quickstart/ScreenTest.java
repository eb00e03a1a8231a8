package io.mlops4j.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.samples.quickstart.Screen.Tone;
import io.mlops4j.samples.quickstart.Table.Cell;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void columnsLineUp() {
    Table table =
        new Table()
            .row(Cell.text("month"), Cell.number("flights"))
            .row(Cell.text("May"), Cell.number("25,941"));
    new Screen(out, false, false, false).table(table);
    assertThat(text()).isEqualTo("  month  flights\n  May     25,941\n");
  }

  @Test
  void progressIsDrawnOnATerminalOnly() {
    new Screen(out, false, false, true).progress(0.5, "12 Mar");
    assertThat(text()).isEmpty();
    new Screen(out, true, false, true).progress(0.5, "12 Mar");
    assertThat(text()).contains("12 Mar").contains("█░");
  }

  @Test
  void aLineTakesThePlaceOfTheBar() {
    Screen screen = new Screen(out, true, false, false);
    screen.progress(0.5, "12 Mar");
    screen.line(Tone.PLAIN, "news");
    assertThat(text()).endsWith("\rnews\n");
  }

  @Test
  void coloursAreForThoseWhoWantThem() {
    new Screen(out, true, false, true).line(Tone.BAD, "alarm");
    assertThat(text()).isEqualTo("alarm\n");
    new Screen(out, true, true, true).line(Tone.BAD, "alarm");
    assertThat(text()).contains("\033[31malarm\033[0m");
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
