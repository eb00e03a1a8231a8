package io.mlops4j.runtime.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Progress;
import io.mlops4j.registry.ProgressListener;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders in the form that MLflow writes: key for key as {@code mlflow.onnx} 2.8.1 and {@code
 * mlflow.sklearn} 1.30.0 wrote those that public repositories hold.
 */
class MlflowModelTest {
  static final String ONNX =
      """
      artifact_path: model
      flavors:
        onnx:
          code: null
          data: model.onnx
          onnx_session_options: null
          onnx_version: 1.15.0
          providers:
          - CUDAExecutionProvider
          - CPUExecutionProvider
        python_function:
          data: model.onnx
          env:
            conda: conda.yaml
            virtualenv: python_env.yaml
          loader_module: mlflow.onnx
          python_version: 3.11.5
      mlflow_version: 2.8.1
      model_size_bytes: 298
      model_uuid: 0123456789abcdef0123456789abcdef
      run_id: calm_garden
      utc_time_created: '2023-12-03 11:02:19.020322'
      """;

  static final String TENSORS =
      """
      signature:
        inputs: '[{"name": "x", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape":
          [-1, 4]}}]'
        outputs: '[{"name": "y", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape":
          [-1, 1]}}]'
        params: null
      """;

  @TempDir Path temporary;
  private ModelRegistry registry;
  private Path folder;

  @BeforeEach
  void open() throws IOException {
    registry = FileModelRegistry.open(temporary.resolve("registry"));
    folder = Files.createDirectory(temporary.resolve("model"));
    Files.write(folder.resolve("model.onnx"), resource("mlp4.onnx"));
    Files.writeString(folder.resolve("conda.yaml"), "name: mlflow-env\n");
    Files.writeString(folder.resolve("requirements.txt"), "onnx==1.15.0\n");
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = MlflowModelTest.class.getResourceAsStream("../models/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private MlflowModel read(String document) throws IOException {
    Files.writeString(folder.resolve("MLmodel"), document);
    return MlflowModel.read(folder);
  }

  @Test
  void aModelIsPublishedWithoutWhatIsForPython() throws IOException {
    Path code = Files.createDirectory(folder.resolve("code"));
    Files.writeString(code.resolve("evil.py"), "raise SystemExit");

    MlflowModel model = read(ONNX + TENSORS);
    ModelVersion version = model.publish(registry, model.card("mlp").owner("ops").build());

    assertThat(registry.source(version).bytes()).isEqualTo(ByteBuffer.wrap(resource("mlp4.onnx")));
    assertThat(registry.source(version).external()).isEmpty();
    ModelCard card = registry.card(version);
    assertThat(card.parameters())
        .containsEntry("mlflow.run_id", "calm_garden")
        .containsEntry("mlflow.model_uuid", "0123456789abcdef0123456789abcdef")
        .containsEntry("mlflow.version", "2.8.1")
        .containsEntry("mlflow.created", "2023-12-03 11:02:19.020322");
    assertThat(card.signature().orElseThrow().inputs())
        .containsExactly(
            new TensorSpec("x", ElementType.FLOAT32, List.of(Dim.any(), Dim.of(4)), false));
  }

  @Test
  void aModelWithoutASignatureIsPublishedAllTheSame() throws IOException {
    MlflowModel model = read(ONNX);

    assertThat(model.signature()).isEmpty();
    assertThat(model.card("mlp").build().signature()).isEmpty();
    try (ModelRuntime runtime = ModelRuntime.open();
        Model loaded = runtime.load(model.file())) {
      assertThat(loaded.signature().inputs()).hasSize(1);
    }
  }

  @Test
  void columnsBecomeFeaturesInTheirOrder() throws IOException {
    MlflowModel model =
        read(
            ONNX
                + """
                signature:
                  inputs: '[{"name": "pregnancies", "type": "integer"}, {"name": "bmi", "type":
                    "double", "required": false}, {"type": "string", "name": "kind", "optional": true}]'
                  outputs: '[{"type": "boolean"}]'
                """);

    ModelSignature signature = model.signature().orElseThrow();
    assertThat(signature.inputs())
        .containsExactly(
            new TensorSpec("pregnancies", ElementType.INT32, List.of(Dim.any()), false),
            new TensorSpec("bmi", ElementType.FLOAT64, List.of(Dim.any()), true),
            new TensorSpec("kind", ElementType.STRING, List.of(Dim.any()), true));
    assertThat(signature.outputs())
        .containsExactly(new TensorSpec("", ElementType.BOOL, List.of(Dim.any()), false));
    assertThat(model.card("m").build().features().orElseThrow().features())
        .extracting(feature -> feature.name())
        .containsExactly("pregnancies", "bmi", "kind");
    assertThat(model.card("m").build().signature()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"binary", "datetime", "array", "object", "map", "any"})
  void aSignatureOfTypesThatOnnxHasNotIsNone(String type) throws IOException {
    MlflowModel model =
        read(
            ONNX
                + "signature:\n  inputs: '[{\"name\": \"a\", \"type\": \"%s\"}]'\n".formatted(type)
                + "  outputs: '[{\"type\": \"long\"}]'\n");

    assertThat(model.signature()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{\"type\": \"long\"}, {\"name\": \"b\", \"type\": \"long\"}] | with and without names",
        "[{\"type\": \"long\"}, {\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"int8\","
            + " \"shape\": []}}] | tensors and columns",
        "[{\"type\": \"tensor\"}] | a tensor without a shape",
        "[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"int8\", \"shape\": [-2]}}] | the"
            + " dimension -2",
        "{} | no JSON array",
        "[ | malformed JSON",
      })
  void aSignatureThatMlflowCouldNotHaveWrittenIsRefused(String json, String words) {
    assertThatThrownBy(() -> read(ONNX + "signature:\n  inputs: '" + json + "'\n"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("MLmodel, signature.inputs: found")
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sklearn | skl2onnx",
        "pytorch | torch.onnx.export",
        "keras | tf2onnx",
        "lightgbm | onnxmltools.convert_lightgbm",
        "prophet | a converter for its library",
      })
  void anotherFlavourIsRefusedWithHowToExportIt(String flavour, String words) {
    String document =
        """
        artifact_path: model
        flavors:
          python_function:
            env: conda.yaml
            loader_module: mlflow.%1$s
            model_path: model.pkl
            predict_fn: predict
            python_version: '3.8'
          %1$s:
            code: null
            pickled_model: model.pkl
            serialization_format: cloudpickle
        mlflow_version: 1.30.0
        """
            .formatted(flavour);

    assertThatThrownBy(() -> read(document))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected onnx: models that need Python are not supported")
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../model.onnx", "/etc/passwd", "absent.onnx", "\"a\\nb\"", "[1, 2]", "code/.."})
  void dataThatIsNoFileOfTheFolderIsRefused(String data) throws IOException {
    Files.write(temporary.resolve("model.onnx"), resource("mlp4.onnx"));

    assertThatThrownBy(() -> read("flavors:\n  onnx:\n    data: " + data + "\n"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected the name of a file in this folder");
  }

  @Test
  void linksAreRefused() throws IOException {
    read(ONNX);
    Files.delete(folder.resolve("model.onnx"));
    Files.write(temporary.resolve("other.onnx"), resource("mlp4.onnx"));
    Files.createSymbolicLink(folder.resolve("model.onnx"), temporary.resolve("other.onnx"));
    assertThatThrownBy(() -> MlflowModel.read(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("symbolic link");

    Files.move(folder.resolve("MLmodel"), temporary.resolve("MLmodel"));
    Files.createSymbolicLink(folder.resolve("MLmodel"), temporary.resolve("MLmodel"));
    assertThatThrownBy(() -> MlflowModel.read(folder)).isInstanceOf(ModelLoadException.class);
  }

  @Test
  void yamlThatCouldBlowUpIsRefused() {
    StringBuilder laughs =
        new StringBuilder("a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (char level = 'b'; level < 'j'; level++) {
      char before = (char) (level - 1);
      laughs
          .append("%c: &%c [".formatted(level, level))
          .append(("*" + before + ", ").repeat(8))
          .append("*" + before + "]\n");
    }
    refused(laughs.toString(), "more than 10 aliases");
    refused("a: " + "[".repeat(100_000), "more than 32 levels");
    refused("a: " + "{a: ".repeat(100_000), "more than 32 levels");
    refused("a: " + "- ".repeat(1000) + "x", "");
    refused("a: &a\n  b: *a\n", "a value that contains itself");
    refused("a: 1\na: 2\n", "duplicate key");
    refused("? [1]\n: 2\n", "");
    refused("a: !!java.net.URL [\"x\"]\n", "");
    refused("a: !!python/object/apply:os.system [\"x\"]\n", "");
    refused("- 1\n", "something else than a map");
    refused("", "something else than a map");
    refused("a: \u0007\n", "");
    refused("a: 1\n---\nb: 2\n", "");
  }

  private void refused(String document, String words) {
    assertThatThrownBy(() -> read(document))
        .as(document.substring(0, Math.min(60, document.length())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(words);
  }

  @Test
  void hugeFilesAndNumbersAreRefusedOrPassedOver() throws IOException {
    assertThatThrownBy(() -> read(ONNX + "x: " + "y".repeat(1 << 20)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("more than 1 MiB");
    assertThat(read(ONNX + "x: " + "9".repeat(1000) + "\ny: 1e999999999\nz: 0o7\n").signature())
        .isEmpty();
  }

  @Test
  void weightsInFurtherFilesAreWrittenAndReadWithTheModel() throws IOException {
    Path own = Path.of("src/test/resources/io/mlops4j/runtime/models/engine/external_folder");
    ModelVersion version = registry.publish(ModelCard.builder("external").build(), own);
    Path out = temporary.resolve("out");

    MlflowModel.write(registry, version, out);
    MlflowModel back = MlflowModel.read(out);
    ModelVersion again = back.publish(registry, back.card("again").build());

    assertThat(again.digest()).isEqualTo(version.digest());
    Waits.untilNothingIsLeft("mlops4j-mlflow-");
  }

  @Test
  void progressIsToldBothWaysAndMayEndTheWorkWithoutATrace() throws IOException {
    Path own = Path.of("src/test/resources/io/mlops4j/runtime/models/engine/external_folder");
    long bytes = 0;
    List<Path> files;
    try (Stream<Path> all = Files.walk(own)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      bytes += Files.size(file);
    }
    int count = files.size();
    ModelVersion version = registry.publish(ModelCard.builder("external").build(), own);
    Path out = Files.createDirectory(temporary.resolve("out"));
    CancellationException enough = new CancellationException("enough");
    ProgressListener ending =
        now -> {
          if (now.done() == 1) {
            throw enough;
          }
        };

    assertThatThrownBy(() -> MlflowModel.write(registry, version, out, null, ending))
        .isSameAs(enough);
    assertThat(out).isEmptyDirectory();
    Path none = temporary.resolve("none");
    assertThatThrownBy(() -> MlflowModel.write(registry, version, none, null, ending))
        .isSameAs(enough);
    assertThat(none).doesNotExist();

    List<Progress> written = new ArrayList<>();
    MlflowModel.write(registry, version, out, null, written::add);
    Progress last = written.get(written.size() - 1);
    assertThat(last).isEqualTo(new Progress(last.at(), count, count, bytes, bytes));

    MlflowModel back = MlflowModel.read(out);
    ModelCard card = back.card("again").build();
    assertThatThrownBy(
            () -> back.publish(registry, card, PublishOptions.builder().listener(ending).build()))
        .isSameAs(enough);
    assertThat(registry.models()).doesNotContain("again");
    List<Progress> read = new ArrayList<>();
    back.publish(registry, card, PublishOptions.builder().listener(read::add).build());
    last = read.get(read.size() - 1);
    assertThat(last)
        .isEqualTo(new Progress(last.at(), 2L * count, 2L * count, 2 * bytes, 2 * bytes));
    assertThat(read).extracting(Progress::bytes).isSorted();
  }

  @Test
  void aVersionIsWrittenWithItsSignatureAndReadAgain() throws IOException {
    ModelVersion version =
        registry.publish(ModelCard.builder("mlp").build(), folder.resolve("model.onnx"));
    Path out = temporary.resolve("out");
    ModelSignature signature =
        new ModelSignature(
            List.of(
                new TensorSpec(
                    "x", ElementType.FLOAT32, List.of(Dim.symbol("N"), Dim.of(4)), false),
                new TensorSpec("yes: no", ElementType.STRING, List.of(), false)),
            List.of(new TensorSpec("ja", ElementType.BOOL, List.of(Dim.any()), false)));

    MlflowModel.write(registry, version, out, signature);
    MlflowModel back = MlflowModel.read(out);

    assertThat(back.file()).hasFileName("model.onnx").hasBinaryContent(resource("mlp4.onnx"));
    assertThat(back.signature().orElseThrow())
        .isEqualTo(
            new ModelSignature(
                List.of(
                    new TensorSpec("x", ElementType.FLOAT32, List.of(Dim.any(), Dim.of(4)), false),
                    new TensorSpec("yes: no", ElementType.STRING, List.of(), false)),
                signature.outputs()));
    assertThat(out.resolve("MLmodel"))
        .content()
        .contains("  onnx:\n", "    data: model.onnx\n", "    loader_module: mlflow.onnx\n")
        .contains(
            "  inputs:"
                + " '[{\"name\":\"x\",\"type\":\"tensor\",\"tensor-spec\":{\"dtype\":\"float32\",\"shape\":[-1,4]}}");
    assertThat(back.publish(registry, back.card("copy").build()).digest())
        .isEqualTo(version.digest());
    assertThatThrownBy(() -> MlflowModel.write(registry, version, out))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("expected an empty folder");
  }

  @Test
  void whatMlflowHasNoWordsForIsLeftOut() {
    ModelVersion version =
        registry.publish(ModelCard.builder("mlp").build(), folder.resolve("model.onnx"));
    TensorSpec x = new TensorSpec("x", ElementType.FLOAT32, List.of(Dim.any()), false);
    ModelSignature signature =
        new ModelSignature(List.of(x), List.of(new MapSpec("p", ElementType.INT64, x, false)));

    MlflowModel.write(registry, version, temporary.resolve("out"), signature);

    assertThat(temporary.resolve("out/MLmodel"))
        .content()
        .contains("inputs:")
        .doesNotContain("outputs");
    assertThat(MlflowModel.read(temporary.resolve("out")).signature()).isEmpty();
  }

  @Test
  void withoutTheLibraryForYamlItsArtifactIsNamed() throws Exception {
    Files.writeString(folder.resolve("MLmodel"), ONNX);
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("snakeyaml")) {
        classPath.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader without =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Method read = without.loadClass(MlflowModel.class.getName()).getMethod("read", Path.class);
      assertThatThrownBy(() -> read.invoke(null, folder))
          .rootCause()
          .isInstanceOf(ClassNotFoundException.class);
      assertThatThrownBy(() -> read.invoke(null, folder))
          .cause()
          .hasMessageContaining("expected org.snakeyaml:snakeyaml-engine:3.2 on the class path");
    }
  }
}
