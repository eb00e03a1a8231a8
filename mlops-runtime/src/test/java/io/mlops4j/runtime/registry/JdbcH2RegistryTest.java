package io.mlops4j.runtime.registry;

import io.mlops4j.runtime.compatibility.RegistryAuditCompatibility;
import io.mlops4j.runtime.compatibility.RegistryCompatibility;
import io.mlops4j.runtime.compatibility.RegistryProofCompatibility;
import io.mlops4j.runtime.compatibility.RegistryRetentionCompatibility;
import io.mlops4j.runtime.compatibility.RegistrySigningCompatibility;
import io.mlops4j.runtime.compatibility.RegistryUnderTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** What every registry must do, in H2, with connections that are not in automatic mode. */
class JdbcH2RegistryTest {
  private final DatabaseUnderTest database = DatabaseUnderTest.h2();

  @AfterEach
  void everyConnectionCameBack() throws Exception {
    database.checkAndClose();
  }

  @Nested
  class Registry extends RegistryCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return database;
    }
  }

  @Nested
  class Proof extends RegistryProofCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return database;
    }
  }

  @Nested
  class Signed extends RegistrySigningCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return database;
    }
  }

  @Nested
  class Kept extends RegistryRetentionCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return database;
    }
  }

  @Nested
  class Audited extends RegistryAuditCompatibility {
    @Override
    protected RegistryUnderTest registry() {
      return database;
    }
  }
}
