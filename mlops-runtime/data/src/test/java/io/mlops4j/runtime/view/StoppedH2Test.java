package io.mlops4j.runtime.view;

import static io.mlops4j.runtime.view.Patience.again;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of H2 that is stopped takes connections and never answers. */
class StoppedH2Test {
  @TempDir private Path folder;

  private static void signal(Process process, String signal) throws Exception {
    Process kill =
        new ProcessBuilder("sh", "-c", "kill " + signal + " " + process.pid()).inheritIO().start();
    assertThat(kill.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static OnlineStore open(String address) {
    return JdbcOnlineStore.open(address, new Properties());
  }

  @Test
  void aReadIsGivenUpAfterTheTimeLimitOfTheAddress() throws Exception {
    try (SharedDatabase database = SharedDatabase.open(SharedDatabase.Kind.H2_SERVER, folder);
        OnlineStore store = again(() -> open(database.address() + ";NETWORK_TIMEOUT=1000"))) {
      assertThat(again(() -> store.read("v", List.of("[1]")))).isEmpty();
      signal(database.owner(), "-STOP");
      try {
        assertThatThrownBy(() -> store.read("v", List.of("[1]")))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("cannot read rows: ");
      } finally {
        signal(database.owner(), "-CONT");
      }
      assertThat(again(() -> store.read("v", List.of("[1]")))).isEmpty();
    }
  }
}
