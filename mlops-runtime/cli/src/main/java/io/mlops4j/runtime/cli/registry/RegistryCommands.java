package io.mlops4j.runtime.cli.registry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The commands that read and change a registry. */
public final class RegistryCommands {
  private RegistryCommands() {}

  /** {@return a factory for each command by its name, in the order of the help} */
  public static Map<String, Supplier<?>> all() {
    Map<String, Supplier<?>> all = new LinkedHashMap<>();
    all.put("publish", PublishCommand::new);
    all.put("list", ListCommand::new);
    all.put("show", ShowCommand::new);
    all.put("assign", AliasCommand.Assign::new);
    all.put("unassign", AliasCommand.Unassign::new);
    all.put("history", HistoryCommand::new);
    all.put("rollout", RolloutCommand::new);
    all.put("diff", DiffCommand::new);
    all.put("sign", SignCommand::new);
    all.put("verify", VerifyCommand::new);
    all.put("export", ExportCommand::new);
    all.put("import", ImportCommand::new);
    all.put("copy", CopyCommand::new);
    all.put("deprecate", StateCommand.Deprecate::new);
    all.put("delete", StateCommand.Delete::new);
    all.put("restore", StateCommand.Restore::new);
    all.put("retire", RetirementCommand.Retire::new);
    all.put("reinstate", RetirementCommand.Reinstate::new);
    all.put("gc", GcCommand::new);
    return all;
  }
}
