package io.mlops4j.runtime.cli.model;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.OutputFile;
import io.mlops4j.spi.DriftReporter;
import java.io.IOException;
import java.util.ServiceLoader;
import picocli.CommandLine.Command;

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
final class DriftCommand extends TwoSetsCommand {
  private final ClassLoader reporters;

  /** The class loader finds the reporter. */
  DriftCommand(ClassLoader reporters) {
    this.reporters = reporters;
  }

  @Override
  protected int answer(ConsoleOutput out) throws IOException {
    check();
    DriftReporter reporter = reporter();
    DriftReporter.Report report =
        judge("drift", (before, now) -> reporter.report(before, now, except));
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
      OutputFile.write(html, report.html(title("Drift")));
    }
    out.answer(ConsoleOutput.parse("report", report.json()), to -> to.text(report.text()));
    return report.drifted() ? FOUND : 0;
  }

  private DriftReporter reporter() {
    return ServiceLoader.load(DriftReporter.class, reporters)
        .findFirst()
        .orElseThrow(MonitorService.missing("drift"));
  }
}
