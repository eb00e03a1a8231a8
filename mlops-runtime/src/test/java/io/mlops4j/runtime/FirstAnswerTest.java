package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new process does before its first answer, and what it does not. */
class FirstAnswerTest {
  @TempDir Path temp;

  record Row(float a, float b, float c, float d) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(float[] y) {}

  /** Answers one record. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      LoadOptions options =
          LoadOptions.builder().features(FeatureSchema.ofNames("a", "b", "c", "d")).build();
      try (ModelRuntime runtime =
              ModelRuntime.builder().threads(1).nativeCache(Path.of(args[1])).open();
          Model model = runtime.load(Path.of(args[0]), options)) {
        Answer answer = model.rows(Row.class, Answer.class).predict(new Row(1, 2, 3, 4));
        System.out.println(answer.y().length);
      }
    }
  }

  /** Together their classes take longer to load than all others of this library. */
  @Test
  void needsNoJsonNoCacheAndNoArrowTypesAndNoAllocator() throws Exception {
    Path classes = temp.resolve("classes.txt");
    assertThat(answer(List.of("-Xlog:class+load:file=" + classes))).isEqualTo("2");
    List<String> loaded =
        Files.readAllLines(classes).stream()
            .map(line -> line.replaceFirst("^(\\[.*?])+ ", "").replaceFirst(" .*", ""))
            .toList();
    assertThat(loaded).contains("io.mlops4j.runtime.ModelRuntime");
    Pattern late =
        Pattern.compile(
            "(com\\.fasterxml|com\\.github\\.benmanes|picocli"
                + "|org\\.apache\\.arrow\\.vector\\.types|org\\.apache\\.arrow\\.flatbuf"
                + "|org\\.apache\\.arrow\\.memory\\.RootAllocator).*");
    assertThat(loaded.stream().filter(late.asMatchPredicate())).isEmpty();
  }

  private String answer(List<String> flags) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-Xmx64m", "-Xshare:auto"));
    all.addAll(flags);
    Path output = temp.resolve("output.txt");
    Path errors = temp.resolve("errors.txt"); // newer JVMs warn there
    Process process =
        ChildProcess.java(
                all,
                Child.class,
                KitTest.class.getResource("models/mlp4.onnx").getPath(),
                temp.resolve("native"))
            .redirectError(errors.toFile())
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    return Files.readString(output).strip();
  }
}
