package io.mlops4j.runtime.cli.model;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.spi.DataProfiler;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code reference IN}: learns from healthy rows how a monitor judges. */
@Command(
    name = "reference",
    description = {
      "Learns from healthy rows how a monitor compares live rows with them, in bounded memory, and"
          + " prints what was chosen and why. Reference.fromBytes reads the file of --out."
    },
    footer = {
      "%nExamples:",
      "  mlops4j reference january.arrow --key flight_id --except late",
      "  mlops4j reference 'flights-*.parquet' --time departure --column distance \\",
      "      --column hour --out flights.reference"
    })
final class ReferenceCommand extends SummaryCommand {
  @Option(
      names = "--time",
      paramLabel = "COLUMN",
      description =
          "The column of timestamps or dates by which days are told apart. Default: the only one.")
  private @Nullable String time;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description =
          "A column that identifies a row and is not watched: equal rows with different keys are"
              + " not repeated rows; may be repeated.")
  private Set<String> keys = new LinkedHashSet<>();

  ReferenceCommand(ClassLoader profilers) {
    super(profilers);
  }

  @Override
  Set<String> needed() {
    if (columns.isEmpty() || time == null) { // the only column of times may be any
      return Set.of();
    }
    Set<String> needed = new LinkedHashSet<>(columns);
    needed.add(time);
    needed.addAll(keys);
    needed.addAll(except);
    return needed;
  }

  @Override
  DataProfiler.Summary summary(DataProfiler profiler, FeatureReader reader) {
    return profiler.reference(reader, time, columns, except, keys);
  }
}
