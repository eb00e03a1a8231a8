package io.mlops4j.bench.crash;

import io.mlops4j.error.MlopsException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.Verification;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What workers were told that it is done, and whether it is. */
final class Acknowledged {
  /** Deletions are not worth trying if nothing goes. */
  static final RegistryOptions OPTIONS =
      RegistryOptions.builder()
          .retention(Retention.withDefaults().withFloor(Duration.ZERO).withGrace(Duration.ZERO))
          .build();

  private final Map<String, String> ids = new LinkedHashMap<>();
  private final List<String> twice = new ArrayList<>();

  /** A line as {@link Work} tells it; one that was cut says nothing. */
  void add(String line) {
    String[] words = line.split(" ", -1);
    if (words.length == 3) {
      String other = ids.put(words[0] + " " + words[1], words[2]);
      if (other != null) {
        twice.add(line + " and " + other);
      }
    }
  }

  int size() {
    return ids.size();
  }

  /**
   * What is wrong.
   *
   * @param lost what was acknowledged and is not there, or not as it was
   * @param torn what is there and is not whole
   */
  record Damage(List<String> lost, List<String> torn) {
    Damage {
      lost = List.copyOf(lost);
      torn = List.copyOf(torn);
    }
  }

  /** Looks at a registry by an instance that has seen nothing before. */
  Damage check(Path root) {
    List<String> lost = new ArrayList<>(twice);
    List<String> torn = new ArrayList<>();
    try (ModelRegistry registry = FileModelRegistry.open(root, OPTIONS)) {
      Verification found = registry.verify();
      found.breaks().forEach(at -> torn.add(at.toString()));
      Map<String, List<Change>> chains = new HashMap<>();
      ids.forEach(
          (what, id) -> {
            if (!holds(registry, chains, what, id)) {
              lost.add(what + " " + id);
            }
          });
    } catch (MlopsException e) {
      torn.add(e.toString());
    }
    return new Damage(lost, torn);
  }

  private static boolean holds(
      ModelRegistry registry, Map<String, List<Change>> chains, String what, String id) {
    int space = what.indexOf(' ');
    int number = Integer.parseInt(what.substring(space + 1));
    try {
      if (what.startsWith("V ")) {
        ModelVersion version = registry.resolve(Work.MODEL + ":" + number);
        return registry.card(version).equals(Work.card(id));
      }
      List<Change> chain =
          chains.computeIfAbsent(what.substring(0, space), key -> changes(registry, key));
      return number <= chain.size() && chain.get(number - 1).reason().equals(id);
    } catch (MlopsException e) {
      return false;
    }
  }

  private static List<Change> changes(ModelRegistry registry, String chain) {
    return chain.startsWith("A:")
        ? list(registry.history(Work.MODEL + "@" + chain.substring(2)), AliasRecord::change)
        : list(registry.changes(Work.MODEL), record -> record.change());
  }

  private static <T> List<Change> list(List<T> records, Function<T, Change> change) {
    return records.stream().map(change).toList();
  }
}
