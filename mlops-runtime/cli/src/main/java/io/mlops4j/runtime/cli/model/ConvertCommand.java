package io.mlops4j.runtime.cli.model;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code convert IN OUT}: writes the rows of a file in another format. */
@Command(
    name = "convert",
    description = {
      "Writes the rows of a file (Arrow, Parquet, CSV or JSON) as an Arrow or Parquet file.",
      "The file appears when it is complete."
    },
    footer = {
      "%nExamples:",
      "  mlops4j convert january.csv.gz january.parquet",
      "  mlops4j convert jdbc:postgresql://db/ml a.parquet --query \"SELECT * FROM a\""
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class ConvertCommand extends ShellCommand {
  @Mixin private final RowsArgument rows = new RowsArgument();

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "The file to read, or the address of a database with --query.")
  private String in;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description =
          "The file to write; its name ends in .arrow or .parquet. An existing file is replaced.")
  private Path to;

  @Option(
      names = "--column",
      paramLabel = "COLUMN",
      description = "A column to keep; may be repeated. Default: all columns.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Keep the rows for which this condition in SQL is true.")
  private @Nullable String where;

  @Option(
      names = "--compression",
      paramLabel = "CODEC",
      description = "none, lz4 or zstd. Default: none for Arrow, zstd for Parquet.")
  private WriteOptions.@Nullable Compression compression;

  @Override
  protected int answer(ConsoleOutput out) throws IOException {
    ReadOptions.Builder options = ReadOptions.builder().columns(columns.toArray(String[]::new));
    if (where != null) {
      options.filter(where);
    }
    rows.check(in);
    long count;
    try (ProgressBar bar = bar("convert")) {
      count = convert(watched(options, bar, "").build());
    }
    out.answer(
        ConsoleOutput.object().put("rows", count).put("file", to.toString()),
        lines -> lines.line(ConsoleOutput.count(count, "row", "rows") + " in " + to));
    return 0;
  }

  private WriteOptions written() {
    WriteOptions.Builder options = WriteOptions.builder();
    if (compression != null) {
      options.compression(compression);
    }
    return options.build();
  }

  private long convert(ReadOptions options) {
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader reader = rows.open(runtime, in, options);
        FeatureWriter writer = runtime.write(to, written())) {
      for (FeatureBatch batch : reader) {
        writer.write(batch);
      }
      writer.commit();
      return writer.rows();
    }
  }
}
