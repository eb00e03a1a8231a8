package io.mlops4j.runtime.exchange;

import io.mlops4j.error.DataException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads a stranger's YAML as plain maps, lists and scalars: SnakeYAML Engine creates no other
 * objects, whatever the tags say. Documents that would need too much memory are rejected while they
 * are parsed, before an object is created.
 */
final class SnakeYaml {
  private static final int LARGEST = 1 << 20;
  private static final int DEEPEST = 32;
  private static final int MOST_ALIASES = 10;

  private SnakeYaml() {}

  static Map<String, Object> read(String what, String text) {
    try {
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel(what)
              .setCodePointLimit(LARGEST)
              .setMaxAliasesForCollections(MOST_ALIASES)
              .setAllowDuplicateKeys(false)
              .setAllowRecursiveKeys(false)
              .setAllowNonScalarKeys(false)
              .build();
      checkEvents(what, new ParserImpl(settings, new StreamReader(settings, text)));
      return map(what, new Load(settings).loadFromString(text));
    } catch (YamlEngineException e) {
      throw new DataException(
          what + ": found YAML that cannot be read (" + e.getMessage() + "), expected MLflow's", e);
    } catch (NumberFormatException | ArithmeticException e) {
      throw refused(what, "a malformed number");
    }
  }

  private static void checkEvents(String what, Iterator<Event> events) {
    Deque<String> open = new ArrayDeque<>();
    int aliases = 0;
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof CollectionStartEvent start) {
        open.push(start.getAnchor().map(Anchor::getValue).orElse(""));
      } else if (event instanceof CollectionEndEvent) {
        open.pop();
      } else if (event instanceof AliasEvent alias) {
        aliases++;
        if (open.contains(alias.getAlias().getValue())) {
          throw refused(what, "a value that contains itself");
        }
      }
      if (open.size() > DEEPEST) {
        throw refused(what, "more than " + DEEPEST + " levels");
      }
      if (aliases > MOST_ALIASES) {
        throw refused(what, "more than " + MOST_ALIASES + " aliases");
      }
    }
  }

  private static DataException refused(String what, String found) {
    return new DataException(
        what + ": found YAML with " + found + ", expected a plain file as MLflow writes it", null);
  }

  private static Map<String, Object> map(String what, @Nullable Object document) {
    if (!(document instanceof Map<?, ?> map)) {
      throw refused(what, "something else than a map");
    }
    return Yaml.map(map);
  }

  static String write(Map<String, ?> document) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setSplitLines(false)
            .setBestLineBreak("\n")
            .build();
    return new Dump(settings).dumpToString(document);
  }
}
