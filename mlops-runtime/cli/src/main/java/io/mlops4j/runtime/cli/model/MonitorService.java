package io.mlops4j.runtime.cli.model;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.runtime.cli.shell.LibraryVersion;
import java.util.function.Supplier;

/** Names the artifact of a service that is not on the class path. */
final class MonitorService {
  private static final String ARTIFACT = "io.mlops4j:mlops-monitor";

  private MonitorService() {}

  static Supplier<EngineUnavailableException> missing(String command) {
    return () ->
        new EngineUnavailableException(
            command
                + ": "
                + ARTIFACT
                + " is not on the class path; add it in the version of mlops-runtime, "
                + new LibraryVersion().number(),
            null);
  }
}
