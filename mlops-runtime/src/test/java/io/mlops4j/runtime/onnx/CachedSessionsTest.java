package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.CacheFixture.MODELS;
import static io.mlops4j.runtime.onnx.CacheFixture.answers;
import static io.mlops4j.runtime.onnx.CacheFixture.entry;
import static io.mlops4j.runtime.onnx.CacheFixture.files;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers from the cache equal those without it, bit for bit. */
class CachedSessionsTest {
  @TempDir Path temp;

  private ModelCache cache() {
    return ModelCache.in(temp.resolve("cache"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlp4",
        "fixed_batch8",
        "columns",
        "columns2d",
        "strings_out",
        "dynamic",
        "classifier",
        "classifier_zipmap",
        "engine/scalar",
        "engine/any_rank",
        "engine/lookup",
        "engine/type_float16",
        "engine/type_bfloat16",
        "engine/type_string",
        "engine/type_uint16",
        "engine/overridable",
        "engine/unsigned_in",
        "sklearn/penguins_forest",
        "sklearn/penguins_mass",
        "sklearn/penguins_zipmap"
      })
  void answersEqualThoseWithoutACache(String name) throws Exception {
    Path model = MODELS.resolve(name + ".onnx");
    String expected = answers(model, null);
    assertThat(answers(model, cache())).as("while it is written").isEqualTo(expected);
    Path entry = entry(temp.resolve("cache"));
    Map<String, String> before = files(entry);
    assertThat(before).containsKeys("graph.onnx", "entry.txt");
    assertThat(answers(model, cache())).as("from the cache").isEqualTo(expected);
    assertThat(files(entry).get("graph.onnx")).isEqualTo(before.get("graph.onnx"));
  }

  @Test
  void nothingIsWrittenUnlessTheUserAsks() throws IOException {
    Path model = Files.copy(MODELS.resolve("mlp4.onnx"), temp.resolve("mlp4.onnx"));
    answers(model, null);
    assertThat(files(temp)).containsOnlyKeys("mlp4.onnx");
  }
}
