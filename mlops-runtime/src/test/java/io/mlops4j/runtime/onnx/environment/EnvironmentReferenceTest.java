package io.mlops4j.runtime.onnx.environment;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that ends while calls run ends by itself, wherever ONNX Runtime's classes come from. In
 * processes of their own; without the reference nearly all of them died of SIGSEGV.
 */
class EnvironmentReferenceTest {
  private static final String NAME = "com.microsoft.onnxruntime";
  private static final Path MODEL =
      Path.of("src/test/resources/io/mlops4j/runtime/models/mlp4.onnx");

  /** Calls a model in threads and ends meanwhile. */
  static final class Exits {
    private static final int ROWS = 4096;
    private static final CountDownLatch BEFORE = new CountDownLatch(20);
    private static final CountDownLatch AFTER = new CountDownLatch(200);

    public static void main(String[] args) throws Exception {
      ModelRuntime runtime = ModelRuntime.builder().threads(4).open();
      FeatureSchema features = FeatureSchema.ofNames("a", "b", "c", "d");
      Model model = runtime.load(MODEL, LoadOptions.builder().features(features).build());
      for (int i = 0; i < 3; i++) {
        Thread caller = new Thread(() -> call(runtime, model));
        caller.setDaemon(true);
        caller.start();
      }
      System.out.println(
          (OrtEnvironment.class.getModule().isNamed() ? "module" : "class path")
              + (SharedThreads.serve(4) ? ", shared threads" : ", own threads"));
      BEFORE.await();
      // As an application that lets calls end before it closes the runtime.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitUninterruptibly(AFTER)));
      System.exit(0);
    }

    private static void call(ModelRuntime runtime, Model model) {
      float[] values = new float[ROWS];
      try (FeatureBatch batch =
          FeatureBatch.builder(runtime.allocator())
              .floats("a", values)
              .floats("b", values)
              .floats("c", values)
              .floats("d", values)
              .build()) {
        while (true) {
          model.predict(batch).close();
          (BEFORE.getCount() > 0 ? BEFORE : AFTER).countDown();
        }
      }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e); // nobody does
      }
    }
  }

  private static String run(String classPath, String... flags) throws Exception {
    List<String> all =
        new ArrayList<>(List.of("-XX:ErrorFile=/dev/null", "-XX:-CreateCoredumpOnCrash"));
    all.addAll(List.of(flags));
    ProcessBuilder builder =
        ChildProcess.classPath(ChildProcess.java(all, Exits.class), classPath)
            .redirectErrorStream(true);
    Process process = ChildProcess.start(builder);
    String said = ChildProcess.output(process);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().filter(line -> line.contains("threads")).collect(Collectors.joining());
  }

  private static String others() {
    return ChildProcess.classPathWithout("onnxruntime-");
  }

  private static Path jar() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .filter(entry -> entry.getFileName().toString().startsWith("onnxruntime-"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void onTheClassPath() throws Exception {
    assertThat(run(System.getProperty("java.class.path"))).isEqualTo("class path, shared threads");
  }

  @Test
  void onTheModulePath() throws Exception {
    assertThat(run(others(), "--module-path", jar().toString(), "--add-modules", NAME))
        .isEqualTo("module, shared threads");
  }

  @Test
  void inAModuleThatIsNotOpenSessionsHaveThreadsOfTheirOwn(@TempDir Path folder) throws Exception {
    assertThat(
            run(
                others(),
                "-Donnxruntime.native.path=" + libraries(folder),
                "--module-path",
                closedModule(folder).toString(),
                "--add-modules",
                NAME))
        .isEqualTo("module, own threads");
  }

  /** ONNX Runtime as a jlink image or a repackaged jar may have it: a module that opens nothing. */
  private static Path closedModule(Path folder) throws IOException {
    Path module = Files.createDirectory(folder.resolve(NAME));
    try (JarFile jar = new JarFile(jar().toFile())) {
      for (JarEntry entry : jar.stream().filter(each -> isClass(each.getName())).toList()) {
        Path file = module.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.copy(jar.getInputStream(entry), file);
      }
    }
    Path source =
        Files.writeString(
            folder.resolve("module-info.java"),
            "module " + NAME + " { requires java.logging; exports ai.onnxruntime; }");
    String patch = NAME + "=" + module;
    String[] arguments = {"-d", module.toString(), "--patch-module", patch, source.toString()};
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments)).isZero();
    return module;
  }

  private static boolean isClass(String name) {
    return name.startsWith("ai/onnxruntime/") && name.endsWith(".class");
  }

  private static Path libraries(Path folder) throws IOException {
    for (Map.Entry<String, URL> library : NativeLibraries.resources().entrySet()) {
      try (InputStream in = library.getValue().openStream()) {
        Files.copy(in, folder.resolve(library.getKey()));
      }
    }
    return folder;
  }
}
