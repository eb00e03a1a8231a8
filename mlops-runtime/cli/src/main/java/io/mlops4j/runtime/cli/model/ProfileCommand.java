package io.mlops4j.runtime.cli.model;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.spi.DataProfiler;
import java.util.Set;
import picocli.CommandLine.Command;

/** {@code profile IN}: summarises the columns of a data set. */
@Command(
    name = "profile",
    description = {
      "Summarises the columns of a file (Arrow, Parquet, CSV or JSON), or of the files of a"
          + " pattern, in bounded memory. Profile.fromBytes reads the file of --out."
    },
    footer = {
      "%nExamples:",
      "  mlops4j profile january.csv.gz --except flight_id",
      "  mlops4j profile 'flights-*.parquet' --out flights.profile"
    })
final class ProfileCommand extends SummaryCommand {
  ProfileCommand(ClassLoader profilers) {
    super(profilers);
  }

  @Override
  Set<String> needed() {
    return columns;
  }

  @Override
  DataProfiler.Summary summary(DataProfiler profiler, FeatureReader reader) {
    return profiler.profile(reader, columns, except);
  }
}
