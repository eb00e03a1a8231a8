package io.mlops4j.runtime.cli.model;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.OutputFile;
import io.mlops4j.spi.DataChecker;
import java.io.IOException;
import java.util.ServiceLoader;
import picocli.CommandLine.Command;

/** {@code quality REFERENCE CURRENT}: checks a data set for broken rows. */
@Command(
    name = "quality",
    description = {
      "Checks the rows of a file (Arrow, Parquet, CSV or JSON) with bounds that are learned from"
          + " good rows: types, ranges, nulls, frozen, rounded and swapped columns, units,"
          + " duplicates.",
      "The exit code is 0 when no check failed, 3 when at least one did, and 1 when none could be"
          + " made."
    },
    footer = {
      "%nExamples:",
      "  mlops4j quality january.arrow may.arrow --except flight_id --html may.html",
      "  mlops4j quality january.arrow may.arrow --json"
    })
final class QualityCommand extends TwoSetsCommand {
  private final ClassLoader checkers;

  /** The class loader finds the checker. */
  QualityCommand(ClassLoader checkers) {
    this.checkers = checkers;
  }

  @Override
  protected int answer(ConsoleOutput out) throws IOException {
    check();
    DataChecker checker =
        ServiceLoader.load(DataChecker.class, checkers)
            .findFirst()
            .orElseThrow(MonitorService.missing("quality"));
    DataChecker.Report report = judge("quality", (good, now) -> checker.check(good, now, except));
    if (report.checks() == 0) {
      throw new DataException(
          current
              + ": no check could be made with "
              + reference
              + "; expected rows and columns of numbers, texts or times",
          null);
    }
    if (html != null) {
      OutputFile.write(html, report.html(title("Data quality")));
    }
    out.answer(ConsoleOutput.parse("report", report.json()), to -> to.text(report.text()));
    return report.passed() ? 0 : FOUND;
  }
}
