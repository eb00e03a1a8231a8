package io.mlops4j.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.fixture.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files are read by an implementation of Arrow that shares no code with ours. */
class OtherReadersTest {
  private static final Path SCRIPT =
      Path.of("src/test/resources/io/mlops4j/monitor/log/read_log.js");

  @TempDir Path temp;

  @Test
  void arrowsJavaScriptReadsTheRowsAsTheyWereLogged() throws Exception {
    assumeTrue(
        hasReader(),
        "no node with apache-arrow: npm install apache-arrow@21.2.0, and its folder in NODE_PATH");
    List<String> expected = new ArrayList<>();
    try (BufferAllocator allocator = new RootAllocator()) {
      try (PredictionLog log = PredictionLog.builder(temp, allocator).keys("key").start()) {
        for (int call = 98; call < 103; call++) {
          LogCalls.send(log, allocator, 2, call, 4);
          log.flush(); // a block each
          for (int row = 0; row < 4; row++) {
            expected.add(line(call, row));
          }
        }
        log.erase("key", "key-100-2."); // rewritten files are read, too
        expected.remove(line(100, 2));
      }
    }
    List<String> command = new ArrayList<>(List.of("node", SCRIPT.toString()));
    try (Stream<Path> files = Files.list(temp)) {
      files.map(Path::toString).filter(it -> it.endsWith(".arrow")).sorted().forEach(command::add);
    }
    Process node = ChildProcess.start(new ProcessBuilder(command).redirectErrorStream(true));
    assertThat(new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .containsExactlyElementsOf(expected);
    assertThat(node.waitFor()).isZero();
  }

  /** Written by hand after {@link LogCalls}. */
  private static String line(int call, int row) {
    String trace = call < 100 ? "null" : "\"%032x\"".formatted(call);
    String town = row % 3 == 0 ? "null" : "\"town" + row + "\"";
    return "[2,\"feed000000000001-%x-%d\",%s,100,400,false,\"key-%d-%d.\",%s,%s,%s]"
        .formatted(call, row, trace, call, row, number(call + row / 8.0), town, number(row / 16.0));
  }

  /** As JavaScript writes it. */
  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private static boolean hasReader() throws InterruptedException {
    try {
      Process node =
          ChildProcess.start(
              new ProcessBuilder("node", "-e", "require('apache-arrow')")
                  .redirectError(ProcessBuilder.Redirect.DISCARD));
      if (node.waitFor() == 0) {
        return true;
      }
    } catch (IOException e) {
      // There is no Node.js.
    }
    System.err.println(
        "skipped: no Node.js with apache-arrow here; npm install apache-arrow@21.2.0 and"
            + " NODE_PATH");
    return false;
  }
}
