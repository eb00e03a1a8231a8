package io.mlops4j.runtime.card;

import io.mlops4j.registry.Change;
import io.mlops4j.registry.Origin;
import io.mlops4j.registry.Publication;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.Block.Column;
import io.mlops4j.runtime.internal.card.Block.Style;
import io.mlops4j.runtime.internal.card.Shown;
import java.util.ArrayList;
import java.util.List;

/** The publication of a version, on its page. */
final class PublicationSection {
  private PublicationSection() {}

  static List<Block> of(Publication publication) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("Published", publication.at().toString()));
    publication.by().ifPresent(by -> rows.add(List.of("By", text(by))));
    publication.process().ifPresent(process -> rows.add(List.of("Process", process)));
    publication.registry().ifPresent(registry -> rows.add(List.of("Registry", registry)));
    publication.origin().ifPresent(origin -> add(origin, rows));
    Column fact = new Column("Fact", Style.TEXT);
    Column value = new Column("Value", Style.TEXT);
    return List.of(
        new Block.Heading("Publication"),
        new Block.Table("Record of the registry", List.of(fact, value), rows));
  }

  private static void add(Origin origin, List<List<String>> rows) {
    rows.add(List.of("Imported from", origin.source()));
    origin
        .version()
        .ifPresent(there -> rows.add(List.of("Version in the source", there.toString())));
    origin.published().ifPresent(at -> rows.add(List.of("Published in the source", at.toString())));
    origin.by().ifPresent(by -> rows.add(List.of("By", text(by))));
    for (Origin.Naming naming : origin.aliases()) {
      rows.add(
          List.of(
              "Alias in the source",
              naming.alias()
                  + " from "
                  + naming.from()
                  + naming.until().map(until -> " until " + until).orElse("")
                  + " by "
                  + text(naming.change())));
    }
  }

  private static String text(Change by) {
    return by.actor() + Shown.reason(by);
  }
}
