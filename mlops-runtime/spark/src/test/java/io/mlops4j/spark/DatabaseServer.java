package io.mlops4j.spark;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A database in a process of its own, which other processes reach through a socket. */
final class DatabaseServer implements AutoCloseable {
  private static final Pattern RUNNING = Pattern.compile(".* running at tcp://.*:(\\d+) .*");
  private static final String USER = "sa";

  private final Process process;
  private final String url;

  /**
   * @param folder where the database has its files
   */
  DatabaseServer(Path folder) throws IOException, URISyntaxException {
    Path driver =
        Path.of(org.h2.Driver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-Dh2.bindAddress=127.0.0.1",
                    "-cp",
                    driver.toString(),
                    "org.h2.tools.Server",
                    "-tcp",
                    "-tcpPort",
                    "0",
                    "-ifNotExists",
                    "-baseDir",
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    String line = String.valueOf(said.readLine());
    Matcher running = RUNNING.matcher(line);
    if (!running.matches()) {
      process.destroyForcibly();
      throw new IOException("found \"" + line + "\", expected the port of H2");
    }
    url = "jdbc:h2:tcp://127.0.0.1:" + running.group(1) + "/./registry";
  }

  RegistryAddress registry() {
    return RegistryAddress.jdbc(url, Map.of("user", USER));
  }

  /** Opens the registry, and makes it if there is none. */
  ModelRegistry open() {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    return JdbcModelRegistry.builder(url, properties).open();
  }

  /** Puts the bytes of another model in place of those of a model, behind the registry's back. */
  void replaceTheBytes(String model, String other) throws SQLException {
    String content = "(SELECT content FROM mlops4j_part WHERE model = ? AND seq = 1 AND part = 1)";
    try (Connection connection = DriverManager.getConnection(url, USER, "");
        PreparedStatement change =
            connection.prepareStatement(
                "UPDATE mlops4j_piece SET bytes = (SELECT bytes FROM mlops4j_piece WHERE content = "
                    + content
                    + ") WHERE content = "
                    + content)) {
      change.setString(1, other);
      change.setString(2, model);
      if (change.executeUpdate() != 1) {
        throw new SQLException("found no bytes of " + model + ":1");
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
