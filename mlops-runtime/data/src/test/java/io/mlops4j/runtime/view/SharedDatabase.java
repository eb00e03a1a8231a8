package io.mlops4j.runtime.view;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.Postgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.tools.Server;

/** A database that several processes reach at once. */
record SharedDatabase(String address, Process owner) implements AutoCloseable {
  private static final Pattern RUNNING = Pattern.compile(".* running at tcp://.*:(\\d+) .*");

  /** The ways in which processes share a database. */
  enum Kind {
    POSTGRESQL,
    H2_SERVER,
    H2_AUTO_SERVER
  }

  static SharedDatabase open(Kind kind, Path folder) throws Exception {
    return switch (kind) {
      case POSTGRESQL ->
          new SharedDatabase(Postgres.server().getJdbcUrl("postgres", "postgres"), null);
      case H2_SERVER -> h2Server(folder);
      case H2_AUTO_SERVER -> h2File(folder);
    };
  }

  /** A server of H2 in a process of its own. */
  private static SharedDatabase h2Server(Path folder) throws IOException, URISyntaxException {
    Path driver =
        Path.of(org.h2.Driver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> flags = List.of("-Xmx64m", "-Dh2.bindAddress=127.0.0.1");
    ProcessBuilder builder =
        ChildProcess.java(
            flags, Server.class, "-tcp", "-tcpPort", 0, "-ifNotExists", "-baseDir", folder);
    ChildProcess.classPath(builder, driver.toString());
    Process server = ChildProcess.start(builder.redirectErrorStream(true));
    Matcher port = RUNNING.matcher(line(server));
    if (!port.matches()) {
      server.destroyForcibly();
      throw new IOException("found no port of H2");
    }
    return new SharedDatabase(
        "jdbc:h2:tcp://127.0.0.1:" + port.group(1) + "/./online;LOCK_TIMEOUT=60000", server);
  }

  /** A file of H2. The process that opens it first serves it to all others. */
  private static SharedDatabase h2File(Path folder) throws IOException {
    String address =
        "jdbc:h2:file:"
            + folder.resolve("online").toAbsolutePath()
            + ";AUTO_SERVER=TRUE;LOCK_TIMEOUT=60000";
    Process owner = ViewChild.start("hold", address);
    if (!line(owner).equals("READY")) {
      owner.destroyForcibly();
      throw new IOException("found no owner of " + address);
    }
    return new SharedDatabase(address, owner);
  }

  private static String line(Process process) throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    return String.valueOf(out.readLine());
  }

  @Override
  public void close() {
    if (owner != null) {
      owner.destroyForcibly().onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
  }
}
