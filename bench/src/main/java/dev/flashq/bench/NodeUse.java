package dev.flashq.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process has used, from Linux's /proc.
 *
 * @param pid the process
 * @param cpuSeconds of all its threads so far
 * @param residentMiB memory in use now
 */
record NodeUse(long pid, double cpuSeconds, double residentMiB) {
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final double TICKS_PER_SECOND = 100;

  /**
   * CPU seconds since {@code before}; since its start for a process that was started in between.
   */
  double cpuSecondsSince(NodeUse before) {
    return before.pid == pid ? cpuSeconds - before.cpuSeconds : cpuSeconds;
  }

  static NodeUse of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      double cpu = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
      Matcher resident =
          RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
      return new NodeUse(
          pid, cpu, resident.find() ? Long.parseLong(resident.group(1)) / 1024.0 : 0);
    } catch (IOException e) {
      return new NodeUse(pid, 0, 0);
    }
  }
}
