package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.runtime.compatibility.RegistryAuditCompatibility;
import io.mlops4j.runtime.compatibility.RegistryUnderTest;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

class FolderRegistryAuditTest extends RegistryAuditCompatibility {
  private FolderUnderTest folder;

  @Override
  protected RegistryUnderTest registry() {
    folder = new FolderUnderTest();
    return folder;
  }

  @AfterEach
  void nothingIsLeftAside() throws IOException {
    assertThat(folder.staged()).isEmpty();
  }
}
