package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that may write no file above 64 KiB stands for a disk that fills up midway. */
class FullDiskTest {
  @TempDir Path temp;

  /** mlp4 with 256 KiB of documentation behind it: field 6 of the protobuf. */
  private Path largeModel() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(Files.readAllBytes(Models.mlp4(temp)));
    bytes.write(new byte[] {0x32, (byte) 0x80, (byte) 0x80, 0x10});
    bytes.write(" ".repeat(1 << 18).getBytes(StandardCharsets.US_ASCII));
    return Files.write(temp.resolve("large.onnx"), bytes.toByteArray());
  }

  @Test
  void aPublishThatRunsOutOfDiskLeavesNothingAndSaysWhy() throws Exception {
    if (!Files.isExecutable(Path.of("/bin/sh"))) {
      System.err.println("skipped: no /bin/sh here whose ulimit could stand for a full disk");
      return;
    }
    Path root = temp.resolve("registry");
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      ModelVersion before = registry.publish(RegistryChild.card("before"), Models.mlp4(temp));
      AliasRecord head = registry.assign("race@champion", before, RegistryChild.change("before"));

      List<String> limited = List.of("/bin/sh", "-c", "ulimit -f 128; exec \"$@\"", "sh");
      Process child =
          RegistryChild.start(limited, root, largeModel(), "full", 1, temp.resolve("errors"));
      String said = ChildProcess.output(child);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();

      assertThat(child.exitValue()).isNotZero();
      assertThat(said.strip()).isEqualTo("READY");
      assertThat(temp.resolve("errors/full"))
          .content()
          .contains("RegistryException: " + root + ": cannot store race")
          .contains("free space");
      assertThat(registry.versions("race")).containsExactly(before);
      assertThat(registry.head("race@champion")).contains(head);
      try (Stream<Path> left = Files.list(root.resolve(".staging"))) {
        assertThat(left).isEmpty();
      }
    }
  }
}
