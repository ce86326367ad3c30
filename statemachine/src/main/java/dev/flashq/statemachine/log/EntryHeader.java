package dev.flashq.statemachine.log;

/**
 * Who proposed an entry.
 *
 * @param boot number of that node's start; greater at every start
 * @param sequence position among the entries of this boot, from 1
 * @param settled every entry of this boot with a smaller sequence has been settled and will not be
 *     sent again
 */
public record EntryHeader(String node, long boot, long sequence, long settled) {}
