package io.mlops4j.runtime.cli.model;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.OutputFile;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that judges a data set by another one. */
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
abstract class TwoSetsCommand extends ShellCommand {
  @Mixin private final RowsArgument rows = new RowsArgument();

  @Parameters(
      index = "0",
      paramLabel = "REFERENCE",
      description =
          "The file to compare with, such as the training data, in the order in which its rows were"
              + " served, or the address of a database with --query.")
  String reference;

  @Parameters(index = "1", paramLabel = "CURRENT", description = "The file or database to judge.")
  String current;

  @Option(
      names = "--except",
      paramLabel = "COLUMN",
      description = "A column to leave out, such as a key or a label; may be repeated.")
  Set<String> except = new LinkedHashSet<>();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write the report as an HTML page. An existing file is replaced.")
  @Nullable Path html;

  /** Checks the arguments before anything is read. */
  final void check() {
    rows.check(reference, current);
    if (html != null) {
      OutputFile.check(html);
    }
  }

  /** Judges the current rows by those of the reference. */
  final <R> R judge(String task, BiFunction<FeatureReader, FeatureReader, R> judge) {
    try (ProgressBar bar = bar(task);
        ModelRuntime runtime = ModelRuntime.open();
        FeatureReader before = rows.open(runtime, reference, options(bar, "reference: "));
        FeatureReader now = rows.open(runtime, current, options(bar, "current: "))) {
      return judge.apply(before, now);
    }
  }

  /** Returns the title of a page: what was compared with what. */
  final String title(String what) {
    return what + " of " + name(current) + " against " + name(reference);
  }

  private String name(String side) {
    return RowsArgument.isDatabase(side) ? side : rows.path(side).getFileName().toString();
  }

  private ReadOptions options(ProgressBar bar, String side) {
    return watched(ReadOptions.builder(), bar, side).build();
  }
}
