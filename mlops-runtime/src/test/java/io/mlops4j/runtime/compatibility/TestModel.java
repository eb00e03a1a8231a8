package io.mlops4j.runtime.compatibility;

import io.mlops4j.spi.LoadRequest;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A model that does a job.
 *
 * @param path its file or folder
 * @param signature which of its signatures; null for formats that have no such choice
 */
public record TestModel(Path path, String signature) {
  /** Checks the path. */
  public TestModel {
    Objects.requireNonNull(path, "path");
  }

  /** A model of a format without a choice of signatures. */
  public static TestModel of(Path path) {
    return new TestModel(path, null);
  }

  /** With the signature, where there is one. */
  LoadRequest request(LoadRequest request) {
    return signature == null ? request : request.withSignature(signature);
  }
}
