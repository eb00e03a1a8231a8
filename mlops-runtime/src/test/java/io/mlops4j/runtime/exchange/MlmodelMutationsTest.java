package io.mlops4j.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.runtime.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a changed MLmodel comes a refusal, or a model whose file is in the folder. */
@Sized
class MlmodelMutationsTest {
  private static final int SEEDS = TestSize.of(1000, 4000);
  @TempDir Path folder;

  @Test
  void ofAModelWithASignature() throws IOException {
    byte[] good = (MlflowModelTest.ONNX + MlflowModelTest.TENSORS).getBytes(StandardCharsets.UTF_8);
    Files.write(folder.resolve("model.onnx"), new byte[] {1});
    int refused = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Files.write(folder.resolve("MLmodel"), new Mutations(seed).of(good));
      refused += refuses(seed) ? 1 : 0;
    }
    assertThat(refused).isBetween(SEEDS / 8, SEEDS - SEEDS / 80);
  }

  private boolean refuses(int seed) {
    try {
      MlflowModel model = MlflowModel.read(folder);
      assertThat(model.file()).as("seed %d", seed).isRegularFile().hasParent(folder);
      model.card("m").build();
      return false;
    } catch (DataException | ModelLoadException e) {
      return true;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }
}
