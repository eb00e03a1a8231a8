package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.runtime.compatibility.RegistryAuditCompatibility;
import io.mlops4j.runtime.compatibility.RegistryCompatibility;
import io.mlops4j.runtime.compatibility.RegistryProofCompatibility;
import io.mlops4j.runtime.compatibility.RegistryRetentionCompatibility;
import io.mlops4j.runtime.compatibility.RegistrySigningCompatibility;
import io.mlops4j.runtime.compatibility.RegistryUnderTest;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** What every registry must do, in a folder. */
class FolderRegistryTest {
  private final FolderUnderTest folder = new FolderUnderTest();

  @AfterEach
  void nothingIsLeftAside() throws IOException {
    assertThat(folder.staged()).isEmpty();
  }

  @Nested
  class Registry extends RegistryCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return folder;
    }
  }

  @Nested
  class Proof extends RegistryProofCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return folder;
    }
  }

  @Nested
  class Signed extends RegistrySigningCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return folder;
    }
  }

  @Nested
  class Kept extends RegistryRetentionCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return folder;
    }
  }

  @Nested
  class Audited extends RegistryAuditCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return folder;
    }
  }
}
