package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Path;

/** Profiles a file, and tells its size, its speed and the highest resident memory. */
final class ProfileMemoryMain {
  private ProfileMemoryMain() {}

  /** The file. */
  public static void main(String[] args) throws IOException {
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader rows = runtime.read(Path.of(args[0]))) {
      long begin = System.nanoTime();
      Profile profile = Profile.of(rows);
      double seconds = (System.nanoTime() - begin) / 1e9;
      Child.tell(
          profile.rows()
              + " "
              + profile.columns().size()
              + " "
              + Math.round(profile.rows() / seconds)
              + " "
              + (ScoringMemoryMain.highestKibibytes() >> 10));
    }
  }
}
