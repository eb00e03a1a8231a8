package io.mlops4j.runtime.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven wrote into the jar. */
final class LibraryVersion implements IVersionProvider {
  private static final String PROPERTIES =
      "/META-INF/maven/io.mlops4j/mlops-runtime/pom.properties";

  @Override
  public String[] getVersion() {
    return new String[] {"mlops4j " + number()};
  }

  /** The version alone. */
  String number() {
    Properties properties = new Properties();
    try (InputStream in = LibraryVersion.class.getResourceAsStream(PROPERTIES)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      return "unknown (" + e + ")";
    }
    return properties.getProperty("version", "from classes, no jar");
  }
}
