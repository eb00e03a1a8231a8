package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.spi.DataChecker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command {@code quality}: its exit code, its page, and what goes to which stream. */
class QualityCommandTest {
  @TempDir private Path temporary;
  private Path rows;
  private Path page;

  record Told(boolean passed, int checks, String text) implements DataChecker.Report {
    @Override
    public String json() {
      return "{\"checks\": " + checks + "}";
    }

    @Override
    public String html(String title) {
      return "<title>" + title + "</title>";
    }
  }

  /** In place of mlops-monitor, which this module never sees: a column left out is the verdict. */
  public static final class Teller implements DataChecker {
    /** For ServiceLoader. */
    public Teller() {}

    @Override
    public Report check(
        Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except) {
      if (except.contains("misspelt")) {
        throw new IllegalArgumentException("no column 'misspelt'");
      }
      return new Told(
          !except.contains("broken"), except.contains("open") ? 0 : 5, "said " + except + "\n");
    }
  }

  /** Tells which rows it got, see {@link CommandFormatsTest}. */
  public static final class Counter implements DataChecker {
    /** For ServiceLoader. */
    public Counter() {}

    @Override
    public Report check(
        Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except) {
      String good = CommandFormatsTest.summary(reference);
      return new Told(true, 1, good + "\n" + CommandFormatsTest.summary(current));
    }
  }

  @BeforeEach
  void write() throws Exception {
    rows = Files.writeString(temporary.resolve("rows.csv"), "a\n1\n2\n");
    page = temporary.resolve("page.html");
    Path services = Files.createDirectories(temporary.resolve("services/META-INF/services"));
    Files.writeString(services.resolve(DataChecker.class.getName()), Teller.class.getName());
  }

  private Line.Said quality(Object... args) throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    URL[] path = {temporary.resolve("services").toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
      String[] texts =
          Stream.concat(Stream.of("quality"), Stream.of(args).map(Object::toString))
              .toArray(String[]::new);
      CommandLine line = Commands.line(name -> null, false, loader, texts);
      int code = line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(texts);
      return new Line.Said(code, out.toString(), err.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"a, 0", "broken, 3"})
  void theVerdictIsTheExitCode(String except, int code) throws Exception {
    Line.Said said = quality(rows, rows, "--except", except, "--html", page);
    assertThat(said.code()).as(said.err()).isEqualTo(code);
    assertThat(said.out()).isEqualTo("said [" + except + "]\n");
    assertThat(page).hasContent("<title>Data quality of rows.csv against rows.csv</title>");
    Line.Said json = quality(rows, rows, "--except", except, "--json");
    assertThat(json.code()).isEqualTo(code);
    assertThat(json.json().get("checks").intValue()).isEqualTo(5);
  }

  @Test
  void withoutAnyCheckItFailsAndWritesNoPage() throws Exception {
    Line.Said said = quality(rows, rows, "--except", "open", "--html", page, "--json");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains("rows.csv: no check could be made with");
    assertThat(page).doesNotExist();
  }

  @Test
  void aMisspeltColumnAndAMissingFileAreNamed() throws Exception {
    Line.Said misspelt = quality(rows, rows, "--except", "misspelt");
    assertThat(misspelt.code()).as("a wrong command line").isEqualTo(2);
    assertThat(misspelt.err()).contains("no column 'misspelt'").hasLineCount(1);
    Line.Said missing = quality(rows, temporary.resolve("none.csv"));
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("none.csv");
    assertThat(missing.out()).isEmpty();
    assertThat(quality(rows).code()).as("one file only").isEqualTo(2);
  }
}
