package io.mlops4j.monitor.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.error.DataException;
import io.mlops4j.monitor.MadeAlarms;
import io.mlops4j.monitor.alarm.Alarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesSinkTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("alarms.jsonl");
  }

  private static List<String> ids(Path file) throws IOException {
    List<String> ids = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      ids.add(JSON.readTree(line).get("id").asText());
    }
    return ids;
  }

  @Test
  void everyAlarmIsALine() throws IOException {
    JsonLinesSink sink = JsonLinesSink.to(file()).withSource("delay-service");
    sink.accept(MadeAlarms.drift(1, "x"));
    sink.accept(MadeAlarms.drift(2, "two\nlines"));
    assertThat(ids(file())).containsExactly("alarm-1", "alarm-2");
    assertThat(Files.readString(file())).endsWith("}\n").contains("\"source\":\"delay-service\"");
    assertThat(sink.status().delivered()).isEqualTo(2);
    assertThat(sink.status().failing()).isFalse();
    assertThat(sink.status().lastFailure()).isEmpty();
  }

  @Test
  void aRestartGoesOnInTheSameFile() throws IOException {
    JsonLinesSink.to(file()).accept(MadeAlarms.drift(1, "x"));
    JsonLinesSink.to(file()).accept(MadeAlarms.drift(2, "x"));
    assertThat(ids(file())).containsExactly("alarm-1", "alarm-2");
  }

  @Test
  void aTornLineHarmsNoLineAfterIt() throws IOException {
    JsonLinesSink sink = JsonLinesSink.to(file());
    sink.accept(MadeAlarms.drift(1, "x"));
    String whole = Files.readString(file());
    for (int cut = 1; cut < whole.length() - 1; cut += 97) {
      Files.writeString(file(), whole + whole.substring(0, cut));
      sink.accept(MadeAlarms.drift(2, "x"));
      List<String> lines = Files.readAllLines(file());
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0) + "\n").isEqualTo(whole);
      assertThat(JSON.readTree(lines.get(2)).get("id").asText()).isEqualTo("alarm-2");
    }
  }

  @Test
  void aFullFileIsRenamedAndTheOldestIsReplaced() throws IOException {
    JsonLinesSink sink = JsonLinesSink.to(file()).withRotation(65_536, 2);
    String padding = "x".repeat(480);
    List<String> sent = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      Alarm alarm = MadeAlarms.drift(i, padding);
      sent.add(alarm.id());
      sink.accept(alarm);
    }
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("alarms.jsonl", "alarms.jsonl.1", "alarms.jsonl.2");
    }
    List<String> kept = new ArrayList<>(ids(folder.resolve("alarms.jsonl.2")));
    kept.addAll(ids(folder.resolve("alarms.jsonl.1")));
    kept.addAll(ids(file()));
    assertThat(kept).hasSizeLessThan(200).isEqualTo(sent.subList(200 - kept.size(), 200));
    assertThat(Files.size(folder.resolve("alarms.jsonl.1"))).isBetween(60_000L, 65_536L);
  }

  @Test
  void withoutOlderFilesAFullFileStartsAnew() throws IOException {
    JsonLinesSink sink = JsonLinesSink.to(file()).withRotation(65_536, 0);
    for (int i = 1; i <= 100; i++) {
      sink.accept(MadeAlarms.drift(i, "x".repeat(480)));
    }
    assertThat(Files.size(file())).isLessThanOrEqualTo(65_536);
    assertThat(ids(file())).endsWith("alarm-100");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aFullDiskIsReportedAndLeavesNoPart() throws IOException {
    Files.writeString(file(), "");
    Disk disk = new Disk();
    JsonLinesSink sink = JsonLinesSink.to(file(), disk::open);
    sink.accept(MadeAlarms.drift(1, "x"));
    disk.left = 100;
    assertThatThrownBy(() -> sink.accept(MadeAlarms.drift(2, "x")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot write alarm-2 to " + file())
        .hasMessageContaining("No space left on device");
    assertThat(sink.status().failing()).isTrue();
    assertThat(sink.status().failed()).isEqualTo(1);
    assertThat(sink.status().lastFailure().orElseThrow()).contains("No space left on device");
    assertThat(ids(file())).containsExactly("alarm-1");
    disk.left = Long.MAX_VALUE;
    sink.accept(MadeAlarms.drift(3, "x"));
    assertThat(ids(file())).containsExactly("alarm-1", "alarm-3");
    assertThat(sink.status().failing()).isFalse();
    assertThat(sink.status().delivered()).isEqualTo(2);
  }

  @Test
  void theFullDeviceOfLinuxIsReported() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "this system has no /dev/full");
    JsonLinesSink sink = JsonLinesSink.to(full);
    assertThatThrownBy(() -> sink.accept(MadeAlarms.drift(1, "x")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No space left on device");
  }

  @Test
  void aFolderThatIsMissingIsNamed() throws IOException {
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> JsonLinesSink.to(none.resolve("alarms.jsonl")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no folder for alarms, expected one that exists; create it");

    Files.createDirectory(none);
    JsonLinesSink sink = JsonLinesSink.to(none.resolve("alarms.jsonl"));
    Files.delete(none);
    assertThatThrownBy(() -> sink.accept(MadeAlarms.drift(1, "x")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no folder for alarms, expected one that exists; create it");
  }

  @Test
  void threadsDoNotMixTheirLines() throws Exception {
    JsonLinesSink sink = JsonLinesSink.to(file());
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(
              () -> {
                for (int i = 0; i < 10; i++) {
                  sink.accept(MadeAlarms.drift(i, "x"));
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(ids(file())).hasSize(40);
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    JsonLinesSink sink = JsonLinesSink.to(file());
    assertThatThrownBy(() -> sink.withRotation(65_535, 1)).hasMessageContaining("bytes: found");
    assertThatThrownBy(() -> sink.withRotation(65_536, -1)).hasMessageContaining("older: found");
    assertThatThrownBy(() -> sink.withSource("two words")).hasMessageContaining("name: found");
  }
}
