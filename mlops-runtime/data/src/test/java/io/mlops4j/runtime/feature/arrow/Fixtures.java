package io.mlops4j.runtime.feature.arrow;

import java.nio.file.Path;

/** Arrow files of pyarrow, which the tests of the runtime read, too. */
final class Fixtures {
  private Fixtures() {}

  static Path resource(String name) {
    return Path.of("../src/test/resources/io/mlops4j/runtime/feature/arrow", name);
  }
}
