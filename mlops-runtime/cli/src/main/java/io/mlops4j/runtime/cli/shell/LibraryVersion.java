package io.mlops4j.runtime.cli.shell;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Reads the version that Maven wrote into the jar. */
public final class LibraryVersion implements IVersionProvider {
  private static final String PROPERTIES =
      "/META-INF/maven/io.mlops4j/mlops-runtime/pom.properties";

  @Override
  public String[] getVersion() {
    return new String[] {"mlops4j " + number()};
  }

  /** For Picocli. */
  public LibraryVersion() {}

  /** {@return the version alone; such as 1.2.3} */
  public String number() {
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
