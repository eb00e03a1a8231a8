package io.mlops4j.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.Mutations;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.Models;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a changed archive comes a refusal, or the version that was archived. */
@Sized
class ArchiveMutationsTest {
  private static final int SEEDS = TestSize.of(500, 1500);
  @TempDir Path temporary;

  @Test
  void ofAnArchiveWithASignature() throws IOException {
    Path file = temporary.resolve("archive.zip");
    Path changed = temporary.resolve("changed.zip");
    try (ModelRegistry from = FileModelRegistry.open(temporary.resolve("from"));
        ModelRegistry to = FileModelRegistry.open(temporary.resolve("to"))) {
      ModelVersion version =
          from.publish(Models.card("fraud"), Models.mlp4(temporary.resolve("models")));
      from.addSignature(version, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
      ModelArchive.write(from, version, file);
      byte[] good = Files.readAllBytes(file);
      int refused = 0;
      for (int seed = 0; seed < SEEDS; seed++) {
        Files.write(changed, new Mutations(seed).of(good));
        refused += refuses(seed, changed, to, version) ? 1 : 0;
      }
      assertThat(refused).isBetween(SEEDS / 3, SEEDS);
      assertThat(to.versions("fraud")).hasSizeLessThanOrEqualTo(1);
    }
  }

  private static boolean refuses(int seed, Path archive, ModelRegistry to, ModelVersion version) {
    try {
      ModelVersion there = ModelArchive.read(archive).into(to);
      assertThat(there.digest()).as("seed %d", seed).isEqualTo(version.digest());
      assertThat(to.card(there).owner()).as("seed %d", seed).contains("ops-ml");
      return false;
    } catch (RegistryException e) {
      return true;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }
}
