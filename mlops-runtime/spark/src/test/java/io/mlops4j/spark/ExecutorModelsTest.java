package io.mlops4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorModelsTest {
  @TempDir private Path folder;

  private PinnedModel plus() {
    RegistryAddress address =
        Sessions.folder(folder.resolve("registry"), "plus", "deployment/plus1.onnx");
    try (ModelRegistry registry = address.open()) {
      return new PinnedModel(address, "plus:1", registry.resolve("plus:1").digest().toString());
    }
  }

  @Test
  void aRegistryThatDoesNotAnswerHoldsUpNoOtherModel() throws Exception {
    PinnedModel plus = plus();
    CompletableFuture<ExecutorModels.Lease> other;
    CompletableFuture<ExecutorModels.Lease> hanging;
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "jdbc:h2:tcp://127.0.0.1:" + mute.getLocalPort() + "/models";
      PinnedModel away = new PinnedModel(RegistryAddress.jdbc(address, Map.of()), "away:1", "none");
      hanging = acquired(away);
      try (Socket asked = mute.accept()) { // the other thread waits for an answer
        other = acquired(plus);
        try (ExecutorModels.Lease lease = other.get(5, TimeUnit.MINUTES)) {
          assertThat(lease.model().servedBy().version()).map(Object::toString).hasValue("plus:1");
        }
        assertThat(hanging).isNotDone();
        assertThat(asked.isClosed()).isFalse();
      }
    }
    assertThatThrownBy(() -> hanging.get(5, TimeUnit.MINUTES))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(RegistryException.class);
    assertThat(ExecutorModels.lent()).isZero();
    ExecutorModels.closeIdle(plus);
    assertThat(ExecutorModels.has(plus)).isFalse();
  }

  @Test
  void aModelThatCouldNotBeLoadedIsTriedAgain() throws Exception {
    PinnedModel plus = plus();
    PinnedModel wrong = new PinnedModel(plus.registry(), plus.version(), "sha256:other");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> ExecutorModels.acquire(wrong))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("expected sha256:other as on the driver");
      assertThat(ExecutorModels.has(wrong)).isFalse();
    }
  }

  private static CompletableFuture<ExecutorModels.Lease> acquired(PinnedModel pinned) {
    CompletableFuture<ExecutorModels.Lease> lease = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                lease.complete(ExecutorModels.acquire(pinned));
              } catch (RuntimeException | Error e) {
                lease.completeExceptionally(e);
              }
            },
            "acquires " + pinned.version());
    thread.setDaemon(true);
    thread.start();
    return lease;
  }
}
