package io.mlops4j.runtime.cli.model;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.OutputFile;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import io.mlops4j.spi.DriftReporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drift REFERENCE CURRENT}: compares two data sets column by column. */
@Command(
    name = "drift",
    description = {
      "Compares the columns of two files (Arrow, Parquet, CSV or JSON) and shows which of them"
          + " drifted.",
      "The exit code is 0 when no column drifted, 3 when at least one did, and 1 when no column"
          + " could be judged."
    },
    footer = {
      "%nExamples:",
      "  mlops4j drift january.arrow may.arrow --except flight_id --html may.html",
      "  mlops4j drift january.arrow may.arrow --json"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class DriftCommand extends ShellCommand {
  @Mixin private final RowsArgument rows = new RowsArgument();

  @Parameters(
      index = "0",
      paramLabel = "REFERENCE",
      description =
          "The file to compare with, such as the training data, or the address of a database with"
              + " --query.")
  private String reference;

  @Parameters(index = "1", paramLabel = "CURRENT", description = "The file or database to judge.")
  private String current;

  @Option(
      names = "--except",
      paramLabel = "COLUMN",
      description = "A column to leave out, such as a key or a label; may be repeated.")
  private Set<String> except = new LinkedHashSet<>();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write the report as an HTML page. An existing file is replaced.")
  private @Nullable Path html;

  private final ClassLoader reporters;

  /** The class loader finds the reporter. */
  DriftCommand(ClassLoader reporters) {
    this.reporters = reporters;
  }

  @Override
  protected int answer(ConsoleOutput out) throws IOException {
    rows.check(reference, current);
    DriftReporter reporter = reporter();
    DriftReporter.Report report = report(reporter);
    if (report.judged() == 0) {
      throw new DataException(
          current
              + ": no column can be compared with "
              + reference
              + "; expected at least one column in both files with enough rows:\n"
              + report.text().stripTrailing(),
          null);
    }
    if (html != null) {
      OutputFile.write(html, report.html());
    }
    out.answer(ConsoleOutput.parse("report", report.json()), to -> to.text(report.text()));
    return report.drifted() ? DRIFTED : 0;
  }

  private DriftReporter.Report report(DriftReporter reporter) {
    try (ProgressBar bar = bar("drift");
        ModelRuntime runtime = ModelRuntime.open();
        FeatureReader before = rows.open(runtime, reference, options(bar, "reference: "));
        FeatureReader now = rows.open(runtime, current, options(bar, "current: "))) {
      return reporter.report(before, now, except);
    }
  }

  private ReadOptions options(ProgressBar bar, String side) {
    return watched(ReadOptions.builder(), bar, side).build();
  }

  private DriftReporter reporter() {
    return ServiceLoader.load(DriftReporter.class, reporters)
        .findFirst()
        .orElseThrow(MonitorService.missing("drift"));
  }
}
