/* What this process has: threads and descriptors, by /proc. */
#ifndef OPEN_QHYCCD_PROCESS_H
#define OPEN_QHYCCD_PROCESS_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* Threads that still run code. One that was joined may stay in the list for a moment, while
 * the kernel takes it down; it bears the flag PF_EXITING. */
static inline int live_threads(void)
{
    int n = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char path[64 + sizeof task->d_name], line[512] = "";
        unsigned flags = 0;
        snprintf(path, sizeof path, "/proc/self/task/%s/stat", task->d_name);
        FILE *stat = task->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (stat == NULL)
            continue; /* gone in this moment */
        if (fgets(line, sizeof line, stat) != NULL && strrchr(line, ')') != NULL)
            sscanf(strrchr(line, ')'), ") %*c %*d %*d %*d %*d %*d %u", &flags);
        fclose(stat);
        n += line[0] != 0 && (flags & 0x4) == 0;
    }
    closedir(tasks);
    return n;
}

static inline int open_files(void)
{
    int n = 0;
    DIR *files = opendir("/proc/self/fd");
    while (readdir(files) != NULL)
        n++;
    closedir(files);
    return n;
}

#endif
