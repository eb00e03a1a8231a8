package io.mlops4j.runtime.registry;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.TestPool;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VerifyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** What {@link RegistryChild} is for a registry in PostgreSQL. */
final class JdbcRegistryChild {
  private JdbcRegistryChild() {}

  /** Arguments: address, prefix, model, a name for this child, how many rounds. */
  public static void main(String[] args) throws Exception {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(args[0]);
    TestPool pool = new TestPool(source, true);
    try (ModelRegistry registry = JdbcModelRegistry.builder(pool).prefix(args[1]).open()) {
      System.out.println("READY");
      if (args[3].equals("large")) {
        ModelVersion version = registry.publish(RegistryChild.card("large"), Path.of(args[2]));
        long bytes = registry.verify(VerifyOptions.defaults()).bytes();
        System.out.println("V " + version.number() + " " + bytes);
        return;
      }
      for (int i = 0; i < Integer.parseInt(args[4]); i++) {
        String id = args[3] + "-" + i;
        ModelVersion version = registry.publish(RegistryChild.card(id), Path.of(args[2]));
        System.out.println("V " + version.number() + " " + id);
        AliasRecord record = registry.assign("race@champion", version, RegistryChild.change(id));
        System.out.println("A " + record.number() + " " + id);
      }
    }
  }

  static Process start(Path errors, String heap, String... args) throws IOException {
    List<String> flags =
        List.of(heap, "-XX:TieredStopAtLevel=" + (args[3].equals("large") ? 4 : 1));
    Path log = Files.createDirectories(errors).resolve(args[3]);
    return ChildProcess.start(
        ChildProcess.java(flags, JdbcRegistryChild.class, (Object[]) args)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
  }
}
