package io.mlops4j.runtime.cli.model;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.OutputFile;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import io.mlops4j.spi.DataProfiler;
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

/** A command that summarises a data set in one pass. */
@Command(
    exitCodeList = {
      "0:the command succeeded",
      "1:the command failed",
      "2:the command line is wrong"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
abstract class SummaryCommand extends ShellCommand {
  @Mixin private final RowsArgument rows = new RowsArgument();

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "The file to read, or the address of a database with --query.")
  private String in;

  @Option(
      names = "--column",
      paramLabel = "COLUMN",
      description =
          "A column to summarise, or a field of a struct by its path, such as address.city; may be"
              + " repeated. Default: all columns.")
  Set<String> columns = new LinkedHashSet<>();

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Only the rows for which this condition in SQL is true.")
  private @Nullable String where;

  @Option(
      names = "--except",
      paramLabel = "COLUMN",
      description =
          "A column, or a field of a struct, to leave out, such as a key or a label; may be"
              + " repeated.")
  Set<String> except = new LinkedHashSet<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Also write the summary as bytes that fromBytes reads. An existing file is replaced.")
  private @Nullable Path out;

  private final ClassLoader profilers;

  /** The class loader finds the profiler. */
  SummaryCommand(ClassLoader profilers) {
    this.profilers = profilers;
  }

  /** Returns the columns that must be read; empty for all. */
  abstract Set<String> needed();

  abstract DataProfiler.Summary summary(DataProfiler profiler, FeatureReader reader);

  @Override
  protected final int answer(ConsoleOutput console) throws IOException {
    rows.check(in);
    if (out != null) {
      OutputFile.check(out);
    }
    String task = spec().name();
    DataProfiler profiler =
        ServiceLoader.load(DataProfiler.class, profilers)
            .findFirst()
            .orElseThrow(MonitorService.missing(task));
    DataProfiler.Summary summary = read(task, profiler);
    if (out != null) {
      OutputFile.write(out, summary.bytes());
    }
    console.answer(ConsoleOutput.parse(task, summary.json()), to -> to.text(summary.text()));
    return 0;
  }

  private DataProfiler.Summary read(String task, DataProfiler profiler) {
    ReadOptions.Builder options = ReadOptions.builder();
    Set<String> needed = needed();
    if (needed.stream().noneMatch(name -> name.contains("."))) { // a path is no column of the file
      options.columns(needed.toArray(String[]::new));
    }
    if (where != null) {
      options.filter(where);
    }
    try (ProgressBar bar = bar(task);
        ModelRuntime runtime = ModelRuntime.open();
        FeatureReader reader = rows.open(runtime, in, watched(options, bar, "").build())) {
      return summary(profiler, reader);
    }
  }
}
