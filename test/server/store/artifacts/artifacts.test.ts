import { openArtifactFolder } from '../../../../server/store/artifacts/artifact-folder.js';
import { openArtifactMemory } from '../../../../server/store/artifacts/artifact-memory.js';
import { makeFolder } from '../../scratch.js';
import { describeArtifacts } from './artifacts.contract.js';

describeArtifacts('artifacts in a folder', async () => openArtifactFolder(await makeFolder()));
describeArtifacts('artifacts in memory', () => Promise.resolve(openArtifactMemory()));
