package io.mlops4j.samples.service;

import static io.mlops4j.samples.service.ServiceProcess.port;
import static io.mlops4j.samples.service.ServiceProcess.send;
import static io.mlops4j.samples.service.ServiceProcess.start;
import static io.mlops4j.samples.service.ServiceProcess.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service as a process of its own: its start, and what it needs of a container. */
@Tag("thorough") // processes
class ProcessTest {
  @TempDir Path folder;

  private Map<String, String> settings() {
    Path registry = folder.resolve("registry");
    Demo.publish(RunningService.sample(), registry);
    return ServiceProcess.settings(registry);
  }

  @Test
  void wrongSettingsEndTheStartWithOneMessage() throws Exception {
    Process process = start(Map.of("MLOPS_MODLE", Demo.CHAMPION));
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(log)
        .contains(
            "MLOPS_REGISTRY: not set", "MLOPS_MODLE: no such setting; did you mean MLOPS_MODEL?")
        .doesNotContain("\tat ");
  }

  @Test
  void aModelThatDoesNotExistEndsTheStartWithTheLibrarysMessage() throws Exception {
    Map<String, String> wrong = new HashMap<>(settings());
    wrong.put("MLOPS_MODEL", "nothing@champion");
    Process process = start(wrong);
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(log).isEqualTo(1);
    assertThat(log).contains("the service cannot start: ", "nothing").doesNotContain("\tat ");
  }

  @Test
  void aMisspeltRegistryEndsTheStartAndIsNotCreated() throws Exception {
    Path misspelt = folder.resolve("regsitry");
    Map<String, String> wrong = new HashMap<>(settings());
    wrong.put("MLOPS_REGISTRY", misspelt.toString());
    Process process = start(wrong);
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(log).isEqualTo(1);
    assertThat(log)
        .contains("the service cannot start: " + misspelt + ": found no registry")
        .doesNotContain("\tat ");
    assertThat(misspelt).doesNotExist();
  }

  private static final Path REFERENCE =
      RunningService.sample().resolve("data/flights-2001-01.arrow").toAbsolutePath();

  private static void awaitCopy(Path data) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    boolean copied = false;
    while (!copied) {
      assertThat(System.nanoTime()).as("30 s are over").isLessThan(end);
      try (Stream<Path> files = Files.find(data, 9, (file, is) -> file.endsWith("current"))) {
        copied = files.findAny().isPresent();
      } catch (UncheckedIOException e) {
        // a file was renamed meanwhile
      }
    }
  }

  @Test
  void aRestartWithoutTheRegistryServesTheLastGoodVersion() throws Exception {
    Path registry = folder.resolve("registry");
    Path data = folder.resolve("data");
    try (RunningService first = RunningService.start(folder, "MLOPS_DATA", data.toString())) {
      assertThat(first.get("/health").status()).isEqualTo(200);
      awaitCopy(data);
    }
    Path away = Files.move(registry, folder.resolve("away"));
    Map<String, String> again = new HashMap<>(ServiceProcess.settings(registry));
    again.put("MLOPS_DATA", data.toString());
    again.put("MLOPS_REFERENCE", REFERENCE.toString());
    try (Service restarted = Service.start(Settings.from(again))) {
      assertThat(restarted.port()).isPositive();
      assertThat(registry).doesNotExist();
    }
    Files.move(away, registry);
  }

  /** Rows that the model does not take. */
  private static Path ages(Path file) throws IOException {
    try (RootAllocator allocator = new RootAllocator();
        Float4Vector age = new Float4Vector("age", allocator);
        VectorSchemaRoot root = VectorSchemaRoot.of(age);
        OutputStream out = Files.newOutputStream(file);
        ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
      age.setSafe(0, 3);
      root.setRowCount(1);
      writer.writeBatch();
    }
    return file;
  }

  @Test
  void aReferenceThatCannotBeUsedIsNamedByItsSetting() throws Exception {
    Path misspelt = folder.resolve("flihgts.arrow");
    Path other = ages(folder.resolve("other.arrow"));
    for (Path file : List.of(misspelt, other)) {
      Map<String, String> settings = new HashMap<>(settings());
      settings.put("MLOPS_REFERENCE", file.toString());
      assertThatThrownBy(() -> Service.start(Settings.from(settings)).close())
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith("MLOPS_REFERENCE: ")
          .hasMessageContaining(file == other ? "distance" : misspelt.toString())
          .hasMessageEndingWith("; name another, or unset it");
    }
  }

  @Test
  void aFolderThatCannotBeUsedIsNamedByItsSetting() throws Exception {
    Path file = Files.writeString(folder.resolve("a-file"), "no folder");
    Map<String, String> settings = new HashMap<>(settings());
    settings.put("MLOPS_DATA", file.toString());
    assertThatThrownBy(() -> Service.start(Settings.from(settings)).close())
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("MLOPS_DATA: " + file)
        .hasMessageContaining("found a file, expected a folder")
        .hasMessageEndingWith("; name another, or unset it");
  }

  @Test
  void aHostThatIsUnknownEndsTheStart() throws Exception {
    Map<String, String> settings = new HashMap<>(settings());
    settings.put("MLOPS_HOST", "no.such.host.invalid");
    assertThatThrownBy(() -> Service.start(Settings.from(settings)).close())
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("cannot listen at no.such.host.invalid:0: found no such host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MLOPS_PORT", "MLOPS_GRPC_PORT"})
  void aPortThatIsTakenEndsTheStartWithOneMessage(String setting) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> settings = new HashMap<>(settings());
      settings.put(setting, Integer.toString(taken.getLocalPort()));
      Process process = start(settings);
      String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(log).isEqualTo(1);
      assertThat(log)
          .contains("the service cannot start: cannot listen at 127.0.0.1:", "change " + setting)
          .doesNotContain("\tat ");
    }
  }

  /** A challenger may be assigned later, so it is no reason not to start. */
  @Test
  void aShadowThatHasNoVersionIsLogged() throws Exception {
    Map<String, String> settings = new HashMap<>(settings());
    settings.put("MLOPS_SHADOW", "flight-delay@chalenger");
    Process process = start(settings);
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      String warning = "flight-delay@chalenger: no version is assigned to it";
      assertThat(log.lines().filter(line -> line.contains(warning)).findFirst().orElseThrow())
          .contains(" WARN ");
    } finally {
      process.destroyForcibly();
    }
  }

  /** As the image starts it. Docker is not needed: the kernel enforces the same rules. */
  @Test
  void anUnprivilegedUserStartsItOnAReadOnlyRoot() throws Exception {
    boolean possible = canUnshare();
    if (!possible) {
      System.out.println("skipped: only root can start the service on a read-only root");
    }
    Assumptions.assumeTrue(
        possible,
        "only root can start the service on a read-only root: run the build as root, with unshare on the PATH");
    Process process =
        start(
            Map.of(),
            "unshare",
            "--mount",
            "sh",
            RunningService.sample().resolve("src/test/sh/start-like-the-image.sh").toString(),
            System.getProperty("java.home"),
            System.getProperty("java.class.path"),
            settings().get("MLOPS_REGISTRY"));
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(log))) {
      socket.setSoTimeout(30_000);
      String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
      assertThat(status)
          .containsPattern("Uid:\\t10001\\t10001\\t10001")
          .contains("CapEff:\t0000000000000000", "NoNewPrivs:\t1");
      send(socket.getOutputStream());
      assertThat(status(socket.getInputStream())).isEqualTo(200);
      assertThat(process.toHandle().destroy()).isTrue();
      assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean canUnshare() throws InterruptedException {
    try {
      return start(Map.of(), "unshare", "--mount", "setpriv", "--reuid=10001", "true").waitFor()
          == 0;
    } catch (IOException e) {
      return false; // another operating system
    }
  }
}
