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

/** {@code profile IN}: summarises the columns of a data set. */
@Command(
    name = "profile",
    description = {
      "Summarises the columns of a file (Arrow, Parquet, CSV or JSON), or of the files of a"
          + " pattern, in bounded memory."
    },
    footer = {
      "%nExamples:",
      "  mlops4j profile january.csv.gz --except flight_id",
      "  mlops4j profile 'flights-*.parquet' --out flights.profile"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class ProfileCommand extends ShellCommand {
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
  private Set<String> columns = new LinkedHashSet<>();

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Only the rows for which this condition in SQL is true.")
  private @Nullable String where;

  @Option(
      names = "--except",
      paramLabel = "COLUMN",
      description =
          "A column, or a field of a struct, to leave out, such as a key; may be repeated.")
  private Set<String> except = new LinkedHashSet<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Also write the profile in the form that Profile.fromBytes reads. An existing file is"
              + " replaced.")
  private @Nullable Path out;

  private final ClassLoader profilers;

  /** The class loader finds the profiler. */
  ProfileCommand(ClassLoader profilers) {
    this.profilers = profilers;
  }

  @Override
  protected int answer(ConsoleOutput console) throws IOException {
    rows.check(in);
    DataProfiler profiler =
        ServiceLoader.load(DataProfiler.class, profilers)
            .findFirst()
            .orElseThrow(MonitorService.missing("profile"));
    DataProfiler.Summary summary = profile(profiler);
    if (out != null) {
      OutputFile.write(out, summary.bytes());
    }
    console.answer(ConsoleOutput.parse("profile", summary.json()), to -> to.text(summary.text()));
    return 0;
  }

  private DataProfiler.Summary profile(DataProfiler profiler) {
    ReadOptions.Builder options = ReadOptions.builder();
    if (columns.stream().noneMatch(name -> name.contains("."))) { // a path is no column of the file
      options.columns(columns.toArray(String[]::new));
    }
    if (where != null) {
      options.filter(where);
    }
    try (ProgressBar bar = bar("profile");
        ModelRuntime runtime = ModelRuntime.open();
        FeatureReader reader = rows.open(runtime, in, watched(options, bar, "").build())) {
      return profiler.profile(reader, columns, except);
    }
  }
}
